import { ZONE_CHOICES } from "@/lib/instants";
import { integer, oneOf, searchOf, text } from "@/lib/search";

export const OUTCOMES = ["done", "refused", "failed"] as const;
export const SPANS = ["1h", "24h", "7d", "30d"] as const;
export type Span = (typeof SPANS)[number];

/** Every filter of the log; `entry` is the one that is open. */
export const auditSearch = searchOf({
  actor: text(),
  action: text(),
  kind: text(),
  object: text(),
  outcome: oneOf(OUTCOMES),
  span: oneOf(SPANS),
  /** A day, or a day and a time, in UTC: they win over `span`. */
  from: civilText(),
  to: civilText(),
  entry: integer(1),
  tz: oneOf(ZONE_CHOICES),
});
export type AuditSearch = ReturnType<typeof auditSearch>;

/** `2026-11-22` or `2026-11-22 06:00`, as people type it. */
function civilText(): (value: unknown) => string | undefined {
  return (value) => (typeof value === "string" && instantOf(value) !== null ? value : undefined);
}

/** The instant that a day, or a day and a time, names in UTC; null where it names none. */
export function instantOf(text: string): string | null {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?$/.exec(text.trim()) ?? [];
  if (day === undefined) return null;
  const instant = new Date(`${day}T${time ?? "00:00"}:00Z`);
  // A day that does not exist would silently become another one.
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(day)) return null;
  return instant.toISOString().replace(".000Z", "Z");
}

const HOURS: Record<Span, number> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };

export interface AuditFilter {
  actor?: string;
  action?: string;
  object_kind?: string;
  object?: string;
  outcome?: (typeof OUTCOMES)[number];
  from?: string;
  to?: string;
}

/** The filter as the server takes it. `now` counts only where a span does. */
export function filterOf(search: AuditSearch, now: number): AuditFilter {
  const from = search.from !== undefined ? instantOf(search.from) : null;
  const to = search.to !== undefined ? instantOf(search.to) : null;
  const since = from === null && to === null && search.span !== undefined;
  const start = since && search.span ? new Date(now - HOURS[search.span] * 3_600_000).toISOString() : from;
  return {
    ...(search.actor !== undefined && { actor: search.actor }),
    ...(search.action !== undefined && { action: search.action }),
    ...(search.kind !== undefined && { object_kind: search.kind }),
    ...(search.object !== undefined && { object: search.object }),
    ...(search.outcome !== undefined && { outcome: search.outcome }),
    ...(start !== null && { from: start }),
    ...(to !== null && { to }),
  };
}

export function isFiltered(search: AuditSearch): boolean {
  const { entry: _, tz: __, ...filters } = search;
  return Object.keys(filters).length > 0;
}
