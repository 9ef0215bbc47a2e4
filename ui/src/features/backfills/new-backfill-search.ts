import { ZONE_CHOICES } from "@/lib/instants";
import { oneOf, searchOf, text, texts } from "@/lib/search";

/** What the address of this page can say; see `lib/search.ts`. */
export const newBackfillSearch = searchOf({
  dataset: texts(),
  /** What was selected on the grid, see `lib/selection.ts`. */
  sel: text(),
  tz: oneOf(ZONE_CHOICES),
});
