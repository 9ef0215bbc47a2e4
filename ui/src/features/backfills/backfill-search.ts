import { ZONE_CHOICES } from "@/lib/instants";
import { oneOf, searchOf } from "@/lib/search";

/** What the address of this page can say; see `lib/search.ts`. */
export const backfillSearch = searchOf({
  tz: oneOf(ZONE_CHOICES),
});
