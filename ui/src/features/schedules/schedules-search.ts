import { isDate } from "@/lib/civil";
import { ZONE_CHOICES } from "@/lib/instants";
import { oneOf, searchOf, text } from "@/lib/search";

export const VIEWS = ["list", "month", "week"] as const;
export type View = (typeof VIEWS)[number];
export const TICK_FILTERS = ["open", "failed", "skipped", "done"] as const;

function date(): (value: unknown) => string | undefined {
  return (value) => (typeof value === "string" && isDate(value) ? value : undefined);
}

/** `?view=month&date=2026-11-01&cell=2026-11-22`, `?schedule=dev_dau&state=skipped`. */
export const schedulesSearch = searchOf({
  view: oneOf(VIEWS, "list"),
  /** A day of the month or week that is shown; this one without it. */
  date: date(),
  /** The square that is open: a day, or an hour of it as the server names it. */
  cell: text(),
  /** What squares show: everything, or only what failed. */
  show: oneOf(["all", "failed"], "all"),
  /** The schedule whose ticks are shown. */
  schedule: text(),
  state: oneOf(TICK_FILTERS),
  q: text(),
  tz: oneOf(ZONE_CHOICES),
});
export type SchedulesSearch = ReturnType<typeof schedulesSearch>;
