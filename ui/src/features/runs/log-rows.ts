/** What the log shows: its lines, and rows that stand for lines which are not there. */

import type { LogLine } from "@/lib/types";
import type { LogBook } from "./log-book";
import { lineName } from "./log-text";

export type LogRow =
  | { kind: "line"; line: LogLine }
  /** Never asked for; they can be loaded. */
  | { kind: "hole"; first: number; last: number }
  /** Left out by the server, for good. */
  | { kind: "gap"; first: number; last: number };

/** The numbers of an attempt's lines begin here. */
export const FIRST_LINE = 1;

/** `total` is how many lines the attempt said, as far as the server told. */
export function rowsOf(book: LogBook, attempt: number, total: number | null): LogRow[] {
  const rows: LogRow[] = [];
  let expected = FIRST_LINE;
  for (const line of book.lines) {
    if (line.attempt !== attempt) continue;
    if (line.number > expected) {
      const after = book.joins.get(lineName(line));
      const lost = after !== undefined && after < expected;
      rows.push({ kind: lost ? "gap" : "hole", first: expected, last: line.number - 1 });
    }
    rows.push({ kind: "line", line });
    expected = line.number + 1;
  }
  if (total !== null && total >= expected) {
    rows.push({ kind: book.ended.has(attempt) ? "gap" : "hole", first: expected, last: total });
  }
  return rows;
}

/** Where a line stands among the rows; the row in its place, when it is not there; else -1. */
export function rowOf(rows: readonly LogRow[], number: number): number {
  return rows.findIndex((row) =>
    row.kind === "line" ? row.line.number === number : row.first <= number && number <= row.last,
  );
}
