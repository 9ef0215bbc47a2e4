/**
 * The lines of a log as they come in: by pages from the server and by its stream, in any order, some of
 * them twice. Kept sorted and once; so many at most, from one end.
 */

import type { LogLine } from "@/lib/types";
import { lineName } from "./log-text";

/** More lines than this are not kept in the page; the download has them all. */
export const LINES_MAX = 200_000;

/** A place in the log: this line, or just after it. */
export interface LogPlace {
  attempt: number;
  number: number;
}

export interface LogBook {
  lines: readonly LogLine[];
  /**
   * Lines that follow directly on an earlier one although its number is not the one before: what is between
   * was left out for good. Without an entry, what is between was only never asked for.
   */
  joins: ReadonlyMap<string, number>;
  /** Attempts whose last line is there. */
  ended: ReadonlySet<number>;
}

export const EMPTY_BOOK: LogBook = { lines: [], joins: new Map(), ended: new Set() };

function compare(a: LogPlace, b: LogPlace): number {
  return a.attempt - b.attempt || a.number - b.number;
}

/**
 * Adds lines that follow one on the other, and on the place they were asked from. What is already there
 * stays the same objects, so that rows need not be drawn again.
 */
export function addLines(
  book: LogBook,
  more: readonly LogLine[],
  after: LogPlace | null = null,
  most = LINES_MAX,
): LogBook {
  if (more.length === 0) return book;
  const sorted = [...more].sort(compare);
  const joins = joined(book.joins, sorted, after);
  const last = book.lines.at(-1);
  const [first] = sorted;
  const behind = !last || (first !== undefined && compare(last, first) < 0);
  const merged = behind ? book.lines.concat(once(sorted)) : merge(book.lines, sorted);
  if (merged.length === book.lines.length && joins === book.joins) return book;
  return { ...book, joins, lines: merged.length > most ? merged.slice(-most) : merged };
}

/** Remembers that nothing comes after what is there of an attempt. */
export function endAttempt(book: LogBook, attempt: number): LogBook {
  return book.ended.has(attempt) ? book : { ...book, ended: new Set([...book.ended, attempt]) };
}

function joined(
  held: ReadonlyMap<string, number>,
  sorted: readonly LogLine[],
  after: LogPlace | null,
): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let before = after;
  for (const line of sorted) {
    if (before?.attempt === line.attempt && before.number < line.number - 1) {
      const known = held.get(lineName(line));
      if (known === undefined || before.number < known) found.set(lineName(line), before.number);
    }
    before = line;
  }
  return found.size === 0 ? held : new Map([...held, ...found]);
}

function once(sorted: readonly LogLine[]): LogLine[] {
  return sorted.filter((line, index) => {
    const before = sorted[index - 1];
    return !before || compare(before, line) !== 0;
  });
}

function merge(held: readonly LogLine[], sorted: readonly LogLine[]): LogLine[] {
  const out: LogLine[] = [];
  let [a, b] = [0, 0];
  while (a < held.length || b < sorted.length) {
    const [left, right] = [held[a], sorted[b]];
    const order = left && right ? compare(left, right) : left ? -1 : 1;
    if (left && order <= 0) {
      out.push(left);
      a += 1;
      if (order === 0) b += 1;
    } else if (right) {
      const before = out.at(-1);
      if (!before || compare(before, right) !== 0) out.push(right);
      b += 1;
    }
  }
  return out;
}
