import { ZONE_CHOICES } from "@/lib/instants";
import { flag, oneOf, searchOf } from "@/lib/search";

/** What the address of a backfill can say. */
export const backfillSearch = searchOf({
  /** The preview of a retry is open. */
  retry: flag(),
  tz: oneOf(ZONE_CHOICES),
});
