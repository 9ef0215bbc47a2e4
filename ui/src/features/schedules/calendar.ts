/** The squares of the calendar: what a day or an hour holds, and what it says. */
import type { CalendarDay } from "@/lib/types";

type Counts = Pick<CalendarDay, "planned" | "done" | "failed" | "skipped" | "open">;

/** How a square is drawn. The worst of what it holds decides; planned alone is hatched. */
export type CellTone = "empty" | "planned" | "done" | "skipped" | "open" | "failed";

export function toneOf(counts: Counts): CellTone {
  if (counts.failed > 0) return "failed";
  if (counts.open > 0) return "open";
  if (counts.done > 0) return "done";
  if (counts.skipped > 0) return "skipped";
  return counts.planned > 0 ? "planned" : "empty";
}

/** How many of each kind, worst first; kinds that are not there are left out. */
export function kindsOf(counts: Counts): [Exclude<CellTone, "empty">, number][] {
  const kinds = ["failed", "open", "done", "skipped", "planned"] as const;
  return kinds
    .map((kind): [(typeof kinds)[number], number] => [kind, counts[kind]])
    .filter(([, count]) => count > 0);
}

/** `3 done, 1 failed, 2 planned`: worst first, nothing that is not there. */
export function countsInWords(counts: Counts): string {
  const said = kindsOf(counts).map(([kind, count]) => `${count} ${kind}`);
  return said.length === 0 ? "no ticks" : said.join(", ");
}

/**
 * The rows of a week by hour. An hour that a zone shows twice has a row for each offset, and one
 * that it leaves out has no square that day: the server's labels decide, no clock maths here.
 */
export function hourRows(cells: readonly CalendarDay[]): Map<string, Map<string, CalendarDay>> {
  const rows = new Map<string, Map<string, CalendarDay>>();
  for (let hour = 0; hour < 24; hour += 1) rows.set(String(hour).padStart(2, "0"), new Map());
  for (const cell of cells) {
    const date = cell.day.slice(0, 10);
    const hour = cell.day.slice(11, 13);
    const first = rows.get(hour) ?? new Map<string, CalendarDay>();
    if (!first.has(date)) {
      first.set(date, cell);
      rows.set(hour, first);
      continue;
    }
    const again = `${hour} again`;
    const second = rows.get(again) ?? new Map<string, CalendarDay>();
    rows.set(again, second.set(date, cell));
  }
  return new Map([...rows].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Days by their name, for squares that are laid out by the calendar and filled by the answer. */
export function byDay(cells: readonly CalendarDay[]): Map<string, CalendarDay> {
  return new Map(cells.map((cell) => [cell.day.slice(0, 10), cell]));
}

/** Datasets of a day or hour, those that need somebody first. */
export function worstFirst(day: CalendarDay): CalendarDay["datasets"] {
  const weight = (counts: Counts) =>
    counts.failed > 0 ? 0 : counts.open > 0 ? 1 : counts.skipped > 0 ? 2 : counts.done > 0 ? 3 : 4;
  return [...day.datasets].sort(
    (one, other) => weight(one) - weight(other) || one.dataset.localeCompare(other.dataset),
  );
}
