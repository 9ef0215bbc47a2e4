import { ZONE_CHOICES } from "@/lib/instants";
import { integer, oneOf, searchOf, text } from "@/lib/search";

/** What the address of this page can say; see `lib/search.ts`. */
export const lineageSearch = searchOf({
  focus: text(),
  /** The version to follow up and down, instead of a dataset. */
  m: integer(1),
  tz: oneOf(ZONE_CHOICES),
});
