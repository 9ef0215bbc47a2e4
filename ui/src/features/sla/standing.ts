/** What a promise says now: how far from its time it is, and where it belongs on the board. */
import { duration, percent, plural } from "@/lib/format";
import type { SlaStanding, SlaWindow } from "@/lib/types";

/** What is due later than this is not of this shift. */
const SOON_SECONDS = 12 * 3600;

/**
 * Seconds between the time a window is due and when it was complete, or now: above zero it is
 * early, or there is time left; below, it is late.
 */
export function margin(window: Pick<SlaWindow, "due_at" | "completed_at">, now: number): number {
  const reached = window.completed_at == null ? now : Date.parse(window.completed_at);
  return (Date.parse(window.due_at) - reached) / 1000;
}

/** `due in 42 m`, `1 h 04 m past due`, `34 m early`, `2 h 10 m late`. */
export function marginWords(window: Pick<SlaWindow, "due_at" | "completed_at">, now: number): string {
  const seconds = margin(window, now);
  const length = marginLength(Math.abs(seconds));
  if (window.completed_at == null) return seconds < 0 ? `${length} past due` : `due in ${length}`;
  return seconds < 0 ? `${length} late` : `${length} early`;
}

// Ten minutes on, seconds only make it harder to read.
function marginLength(seconds: number): string {
  return seconds < 600 ? duration(seconds) : duration(Math.round(seconds / 60) * 60).replace(/ 00 s$/, "");
}

export interface Columns {
  /** Past its time: not there yet, or there too late. */
  missed: SlaStanding[];
  /** Not due yet, and something it needs is in trouble. */
  blocked: SlaStanding[];
  /** Due in the next twelve hours, nothing known against it. */
  soon: SlaStanding[];
}

/** What somebody on call looks at, most urgent first; the rest is in the table. */
export function columns(rules: readonly SlaStanding[], now: number): Columns {
  const found: Columns = { missed: [], blocked: [], soon: [] };
  for (const rule of rules) {
    const window = rule.current;
    if (!window) continue;
    if (rule.state === "late" || rule.state === "missed") found.missed.push(rule);
    else if (rule.state === "on_track" && window.blocking) found.blocked.push(rule);
    else if (rule.state === "on_track" && margin(window, now) <= SOON_SECONDS) found.soon.push(rule);
  }
  // What is not there yet can still be helped, so it stands above what came too late.
  const rank = (rule: SlaStanding) => (rule.state === "late" ? 0 : 1);
  const due = (rule: SlaStanding) => Date.parse(rule.current?.due_at ?? "");
  const byDue = (one: SlaStanding, other: SlaStanding) => rank(one) - rank(other) || due(one) - due(other);
  for (const column of Object.values(found)) column.sort(byDue);
  return found;
}

/** The one sentence on top of the board. */
export function sentence(rules: readonly SlaStanding[], now: number): string {
  if (rules.length === 0) return "No dataset has a promise to keep.";
  const count = (state: SlaStanding["state"]) => rules.filter((rule) => rule.state === state).length;
  const [late, missed, met] = [count("late"), count("missed"), count("met")];
  const blocked = columns(rules, now).blocked.length;
  const said: string[] = [];
  if (late > 0) said.push(`${late} late`);
  if (missed > 0) said.push(`${missed} missed`);
  if (blocked > 0) said.push(`${blocked} not due yet but held up`);
  if (said.length > 0) {
    const rest = rules.length - late - missed - blocked;
    return `${said.join(", ")}; ${rest === 0 ? "nothing else is promised" : `the other ${rest} on time`}.`;
  }
  if (met === rules.length) return `All ${plural(met, "promise")} met.`;
  return `Nothing late. ${met} of ${rules.length} met, the rest on track.`;
}

export type Month = SlaStanding["months"][number];

/** The month that holds an instant in the board's zone, and whether anything was due in it. */
export function monthOf(months: readonly Month[], month: string): Month | null {
  return months.find((each) => each.month === month) ?? null;
}

/** `99.3%`, or that there is nothing to count yet. */
export function attainmentWords(month: Month | null): string {
  return month?.attainment == null ? "nothing due yet" : percent(month.attainment);
}

/** Whether the month keeps its objective; null where there is no objective or nothing was due. */
export function keeps(month: Month | null, objective: number | null | undefined): boolean | null {
  if (objective == null || month?.attainment == null) return null;
  return month.attainment >= objective;
}

/** `2 misses left`, `used up`, `3 over`. */
export function budgetWords(left: number | null | undefined): string {
  if (left == null) return "no objective";
  const whole = Math.floor(left);
  if (whole < 0) return `${plural(-whole, "miss", "misses")} over`;
  return whole === 0 ? "used up" : `${plural(whole, "miss", "misses")} left`;
}
