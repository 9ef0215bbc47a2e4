/**
 * The lines of a log as they come in: by pages from the server and by its stream, in any order, some of
 * them twice. Kept sorted and once; so many at most, from one end.
 */

import type { LogLine } from "@/lib/types";

/** More lines than this are not kept in the page; the download has them all. */
export const LINES_MAX = 200_000;
/** Longer lines are cut until somebody asks for the rest. */
export const LINE_CUT = 4096;

export interface LogBook {
  lines: readonly LogLine[];
  /** So many lines before the first were let go. */
  dropped: number;
}

export const EMPTY_BOOK: LogBook = { lines: [], dropped: 0 };

function compare(a: LogLine, b: LogLine): number {
  return a.attempt - b.attempt || a.number - b.number || Number(b.gap) - Number(a.gap);
}

/** Adds lines. What is already there stays the same objects, so that rows need not be drawn again. */
export function addLines(book: LogBook, more: readonly LogLine[], most = LINES_MAX): LogBook {
  if (more.length === 0) return book;
  const sorted = [...more].sort(compare);
  const last = book.lines.at(-1);
  const [first] = sorted;
  const merged =
    !last || (first && compare(last, first) < 0)
      ? book.lines.concat(once(sorted))
      : merge(book.lines, sorted);
  if (merged.length === book.lines.length) return book;
  const over = Math.max(0, merged.length - most);
  return { lines: over > 0 ? merged.slice(over) : merged, dropped: book.dropped + over };
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

export function ofAttempt(lines: readonly LogLine[], attempt: number | null): readonly LogLine[] {
  return attempt === null ? lines : lines.filter((line) => line.attempt === attempt);
}

/** Which rows hold what is looked for, without regard to case. */
export function findHits(lines: readonly LogLine[], query: string): number[] {
  const word = query.trim().toLowerCase();
  if (word === "") return [];
  const hits: number[] = [];
  lines.forEach((line, index) => {
    if (line.text.toLowerCase().includes(word)) hits.push(index);
  });
  return hits;
}

/** The next hit after a row, around the end to the start. */
export function nextHit(hits: readonly number[], from: number, forward: boolean): number | null {
  if (hits.length === 0) return null;
  if (forward) return hits.find((row) => row > from) ?? hits[0] ?? null;
  return hits.findLast((row) => row < from) ?? hits.at(-1) ?? null;
}

/** The text cut in pieces, those that match marked. */
export function marked(text: string, query: string): { text: string; hit: boolean }[] {
  const word = query.trim().toLowerCase();
  if (word === "") return [{ text, hit: false }];
  const low = text.toLowerCase();
  // Some letters change their length with their case; marks would then slip.
  if (low.length !== text.length) return [{ text, hit: low.includes(word) }];
  const pieces: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (let at = low.indexOf(word); at >= 0; at = low.indexOf(word, from)) {
    if (at > from) pieces.push({ text: text.slice(from, at), hit: false });
    pieces.push({ text: text.slice(at, at + word.length), hit: true });
    from = at + word.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}

// Only the escape itself is a control character; colours are not shown, and must not be read as text.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");

export function plainText(text: string): string {
  return text.replace(ESCAPES, "");
}

/** A line as the address names it: `2:1500` is line 1500 of attempt 2. */
export function lineName(line: Pick<LogLine, "attempt" | "number">): string {
  return `${line.attempt}:${line.number}`;
}

export function readLineName(name: string | undefined): { attempt: number; number: number } | null {
  const found = /^(\d+):(\d+)$/.exec(name ?? "");
  return found ? { attempt: Number(found[1]), number: Number(found[2]) } : null;
}

/** Where to ask from, so that the answer begins a little before a line. */
export function cursorBefore(line: { attempt: number; number: number }, lead = 200): string {
  return `${line.attempt}:${Math.max(0, line.number - lead)}`;
}

/** All lines as a file. */
export function asText(lines: readonly LogLine[]): string {
  return lines
    .map((line) => (line.gap ? `… ${line.text}` : `${line.at} ${line.attempt} ${line.source} ${line.text}`))
    .join("\n")
    .concat("\n");
}
