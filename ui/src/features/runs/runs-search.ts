import { ZONE_CHOICES } from "@/lib/instants";
import { integer, oneOf, searchOf, someOf, text } from "@/lib/search";
import { RUN_STATES } from "@/lib/states";

/** What the address of this page can say; see `lib/search.ts`. */
export const runsSearch = searchOf({
  state: someOf(RUN_STATES),
  dataset: text(),
  backfill: integer(1),
  tz: oneOf(ZONE_CHOICES),
});
