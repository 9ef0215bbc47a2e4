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
import { rowOf, rowsOf } from "./log-rows";

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

describe("rows", () => {
  const shape = (rows: ReturnType<typeof rowsOf>) =>
    rows.map((row) => (row.kind === "line" ? row.line.number : `${row.first}-${row.last}`));

  it("stand for what was not loaded before, between and after", () => {
    const rows = rowsOf([line(1, 4), line(1, 5), line(1, 9), line(2, 1)], 1, 12);
    expect(shape(rows)).toEqual(["1-3", 4, 5, "6-8", 9, "10-12"]);
    expect(rowOf(rows, 7)).toBe(3);
    expect(rowOf(rows, 9)).toBe(4);
    expect(rowOf(rows, 99)).toBe(-1);
  });

  it("do not offer to load what was lost", () => {
    const rows = rowsOf([line(1, 1), line(1, 2, "40 lines are gone", true), line(1, 42)], 1, 42);
    expect(shape(rows)).toEqual([1, 2, 42]);
  });

  it("end where nobody knows how many there are", () => {
    expect(shape(rowsOf([line(1, 1)], 1, null))).toEqual([1]);
    expect(shape(rowsOf([], 1, 3))).toEqual(["1-3"]);
  });
});
