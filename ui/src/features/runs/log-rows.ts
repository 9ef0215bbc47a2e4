/** What the log shows: its lines, and in place of lines that were not loaded, one row that says so. */

import type { LogLine } from "@/lib/types";

export type LogRow =
  | { kind: "line"; line: LogLine }
  | { kind: "hole"; attempt: number; first: number; last: number };

/** The numbers of an attempt's lines begin here. */
export const FIRST_LINE = 1;

/** `total` is how many lines the attempt has, as far as the server said; holes at the end need it. */
export function rowsOf(lines: readonly LogLine[], attempt: number, total: number | null): LogRow[] {
  const rows: LogRow[] = [];
  let expected = FIRST_LINE;
  for (const line of lines) {
    if (line.attempt !== attempt) continue;
    // A gap is where lines were lost for good; nothing can be loaded there.
    if (line.number > expected && !line.gap) {
      rows.push({ kind: "hole", attempt, first: expected, last: line.number - 1 });
    }
    rows.push({ kind: "line", line });
    expected = line.gap ? gapEnd(lines, line) : line.number + 1;
  }
  if (total !== null && total >= expected && Number.isFinite(expected)) {
    rows.push({ kind: "hole", attempt, first: expected, last: total });
  }
  return rows;
}

/** After a gap the next line counts as expected, whatever its number. */
function gapEnd(lines: readonly LogLine[], gap: LogLine): number {
  const next = lines.find(
    (line) => line.attempt === gap.attempt && !line.gap && line.number >= gap.number,
  );
  return next?.number ?? Number.POSITIVE_INFINITY;
}

/** Where a line stands among the rows; the hole that holds it, when it was not loaded. */
export function rowOf(rows: readonly LogRow[], number: number): number {
  return rows.findIndex((row) =>
    row.kind === "line" ? row.line.number === number : row.first <= number && number <= row.last,
  );
}
