/** The filters of the list of runs, as the address holds them. */

import { ZONE_CHOICES } from "@/lib/instants";
import { integer, oneOf, searchOf, someOf, text } from "@/lib/search";
import { RUN_STATES, type RunState } from "@/lib/states";

export const CLASSES = ["live", "late", "backfill"] as const;
/** How far back the list looks unless told otherwise, in hours. */
export const HOURS_DEFAULT = 24;

export const runsSearch = searchOf({
  state: someOf(RUN_STATES),
  dataset: text(),
  backfill: integer(1),
  worker: integer(1),
  class: oneOf(CLASSES),
  code: text(),
  /** How many hours back; `from` and `to` win over it. */
  hours: integer(1, 24 * 366),
  from: instantText(),
  to: instantText(),
  order: oneOf(["newest", "oldest"], "newest"),
  tz: oneOf(ZONE_CHOICES),
});

export type RunsSearch = ReturnType<typeof runsSearch>;

/** An instant as RFC 3339, or nothing. */
function instantText(): (value: unknown) => string | undefined {
  return (value) => (typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined);
}

export function toggleState(now: readonly RunState[] | undefined, state: RunState): RunState[] | undefined {
  const on = now ?? [];
  const next = RUN_STATES.filter((word) => (word === state ? !on.includes(word) : on.includes(word)));
  return next.length > 0 ? next : undefined;
}

/** With hours back as the instant that they name now, so that the same question stays the same. */
export function pinned({ hours, ...search }: RunsSearch, now: number): RunsSearch {
  if (hours === undefined || search.from || search.to) return search;
  const minute = 60_000;
  const from = Math.floor((now - hours * 3_600_000) / minute) * minute;
  return { ...search, from: new Date(from).toISOString() };
}

/** Whether anything is left out on purpose; the span of time is not counted, there always is one. */
export function isFiltered(search: RunsSearch): boolean {
  return Boolean(
    search.state || search.dataset || search.backfill || search.worker || search.class || search.code,
  );
}

export interface Span {
  from: Date;
  to: Date;
}

/**
 * What the strip shows: the span of the address, or the last day. It ends at a whole minute, so that the
 * same question is not asked again each second.
 */
export function spanOf(search: RunsSearch, now: Date): Span {
  const minute = 60_000;
  const end = search.to ? new Date(search.to) : new Date(Math.ceil(now.getTime() / minute) * minute);
  const from = search.from ? new Date(search.from) : new Date(end.getTime() - HOURS_DEFAULT * 3_600_000);
  return from < end ? { from, to: end } : { from: end, to: from };
}
