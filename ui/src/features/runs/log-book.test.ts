import { describe, expect, it } from "vitest";
import type { LogLine } from "@/lib/types";
import {
  addLines,
  asText,
  EMPTY_BOOK,
  findHits,
  lineName,
  marked,
  nextHit,
  plainText,
  readLineName,
} from "./log-book";

const line = (attempt: number, number: number, text = `line ${number}`, gap = false): LogLine => ({
  attempt,
  number,
  at: "2026-11-22T06:00:00Z",
  source: "stdout",
  text,
  gap,
});

const names = (lines: readonly LogLine[]) => lines.map(lineName);

describe("the log", () => {
  it("takes lines in any order, and each once", () => {
    let book = addLines(EMPTY_BOOK, [line(1, 3), line(1, 4)]);
    book = addLines(book, [line(1, 1), line(1, 2), line(1, 3)]);
    book = addLines(book, [line(2, 1), line(1, 5), line(2, 1)]);
    expect(names(book.lines)).toEqual(["1:1", "1:2", "1:3", "1:4", "1:5", "2:1"]);
  });

  it("is the same object when nothing is new", () => {
    const book = addLines(EMPTY_BOOK, [line(1, 1), line(1, 2)]);
    expect(addLines(book, [line(1, 2)])).toBe(book);
    expect(addLines(book, [])).toBe(book);
  });

  it("lets the oldest go when there are too many, and counts them", () => {
    const many = Array.from({ length: 12 }, (_, index) => line(1, index));
    const book = addLines(EMPTY_BOOK, many, 10);
    expect([book.lines.length, book.dropped, book.lines[0]?.number]).toEqual([10, 2, 2]);
  });

  it("keeps a gap beside the line of its number", () => {
    const book = addLines(addLines(EMPTY_BOOK, [line(1, 5)]), [line(1, 5, "40 lines are gone", true)]);
    expect(book.lines.map((each) => each.gap)).toEqual([true, false]);
    expect(asText(book.lines)).toMatch(/^… 40 lines are gone\n2026/);
  });
});

describe("looking for a word", () => {
  const lines = [line(1, 1, "Read part"), line(1, 2, "wrote"), line(1, 3, "READ all")];

  it("finds it in any case, and goes round", () => {
    expect(findHits(lines, "read")).toEqual([0, 2]);
    expect(nextHit([0, 2], 0, true)).toBe(2);
    expect(nextHit([0, 2], 2, true)).toBe(0);
    expect(nextHit([0, 2], 0, false)).toBe(2);
    expect(nextHit([], 0, true)).toBeNull();
    expect(findHits(lines, "  ")).toEqual([]);
  });

  it("marks every place of a line", () => {
    expect(marked("aXbx", "x")).toEqual([
      { text: "a", hit: false },
      { text: "X", hit: true },
      { text: "b", hit: false },
      { text: "x", hit: true },
    ]);
    expect(
      marked("İx", "x")
        .map((piece) => piece.text)
        .join(""),
    ).toBe("İx");
  });
});

describe("one line", () => {
  it("has a name that can be read back", () => {
    expect(readLineName(lineName(line(2, 1500)))).toEqual({ attempt: 2, number: 1500 });
    expect(readLineName("x")).toBeNull();
  });

  it("is shown without the codes of a terminal", () => {
    expect(plainText("\u001b[31merror\u001b[0m: no")).toBe("error: no");
  });
});
