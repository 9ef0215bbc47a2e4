import { ZONE_CHOICES } from "@/lib/instants";
import { flag, integer, oneOf, searchOf, text } from "@/lib/search";

export const RUN_TABS = ["summary", "log", "versions", "events"] as const;
export type RunTab = (typeof RUN_TABS)[number];

/** What the address of a run can say: the open part, and the line of the log that is meant. */
export const runSearch = searchOf({
  tab: oneOf(RUN_TABS, "summary"),
  attempt: integer(1),
  line: text(),
  find: text(),
  /** Following the end is on by default for what still runs; this turns it off. */
  still: flag(),
  tz: oneOf(ZONE_CHOICES),
});
