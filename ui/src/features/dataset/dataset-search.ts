import { ZONE_CHOICES } from "@/lib/instants";
import { oneOf, searchOf, text } from "@/lib/search";

/** What the address of this page can say; see `lib/search.ts`. */
export const datasetSearch = searchOf({
  /** The partition whose panel is open. */
  p: text(),
  tz: oneOf(ZONE_CHOICES),
});
