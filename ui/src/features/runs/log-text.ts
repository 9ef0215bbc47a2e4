/** Single lines of a log: their names, their text, and what is looked for in them. */

import type { LogLine } from "@/lib/types";

/** Longer lines are cut until somebody asks for the rest. */
export const LINE_CUT = 4096;

/** A line as the address names it: `2:1500` is line 1500 of attempt 2. */
export function lineName(line: Pick<LogLine, "attempt" | "number">): string {
  return `${line.attempt}:${line.number}`;
}

export function readLineName(name: string | undefined): { attempt: number; number: number } | null {
  const found = /^(\d+):(\d+)$/.exec(name ?? "");
  return found ? { attempt: Number(found[1]), number: Number(found[2]) } : null;
}

/** The next number after one, around the end to the start. `hits` are in order. */
export function nextHit(hits: readonly number[], from: number, forward: boolean): number | null {
  if (hits.length === 0) return null;
  if (forward) return hits.find((hit) => hit > from) ?? hits[0] ?? null;
  return hits.findLast((hit) => hit < from) ?? hits.at(-1) ?? null;
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

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");

/** Without the codes by which a terminal is told colours. */
export function plainText(text: string): string {
  return text.replace(ESCAPES, "");
}

/** Lines as a file. */
export function asText(lines: readonly LogLine[]): string {
  const said = lines.map((line) => {
    const gap = line.gap ? "… lines before this one were left out\n" : "";
    return `${gap}${line.at} ${line.attempt}:${line.number} ${line.source} ${line.text}\n`;
  });
  return said.join("");
}
