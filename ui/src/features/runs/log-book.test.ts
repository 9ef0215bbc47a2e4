import { describe, expect, it } from "vitest";
import type { LogLine } from "@/lib/types";
import { addLines, EMPTY_BOOK, endAttempt, type LogBook } from "./log-book";
import { rowOf, rowsOf } from "./log-rows";
import { asText, lineName, marked, nextHit, plainText, readLineName } from "./log-text";

const line = (attempt: number, number: number, text = `line ${number}`, gap = false): LogLine => ({
  attempt,
  number,
  at: "2026-11-22T06:00:00Z",
  source: "stdout",
  text,
  gap,
});

const names = (book: LogBook) => book.lines.map(lineName);

describe("the book", () => {
  it("takes lines in any order, and each once", () => {
    let book = addLines(EMPTY_BOOK, [line(1, 3), line(1, 4)]);
    book = addLines(book, [line(1, 1), line(1, 2), line(1, 3)]);
    book = addLines(book, [line(2, 1), line(1, 5), line(2, 1)]);
    expect(names(book)).toEqual(["1:1", "1:2", "1:3", "1:4", "1:5", "2:1"]);
  });

  it("is the same object when nothing is new", () => {
    const book = endAttempt(addLines(EMPTY_BOOK, [line(1, 1), line(1, 2)]), 1);
    expect(addLines(book, [line(1, 2)])).toBe(book);
    expect(addLines(book, [])).toBe(book);
    expect(endAttempt(book, 1)).toBe(book);
  });

  it("lets the oldest go when there are too many", () => {
    const many = Array.from({ length: 12 }, (_, index) => line(1, index + 1));
    expect(names(addLines(EMPTY_BOOK, many, null, 10))[0]).toBe("1:3");
  });
});

describe("rows", () => {
  const shape = (rows: ReturnType<typeof rowsOf>) =>
    rows.map((row) => (row.kind === "line" ? row.line.number : `${row.kind} ${row.first}-${row.last}`));

  it("stand for what was not loaded before, between and after", () => {
    const book = addLines(addLines(EMPTY_BOOK, [line(1, 4), line(1, 5)]), [line(1, 9), line(2, 1)]);
    const rows = rowsOf(book, 1, 12);
    expect(shape(rows)).toEqual(["hole 1-3", 4, 5, "hole 6-8", 9, "hole 10-12"]);
    expect(rowOf(rows, 7)).toBe(3);
    expect(rowOf(rows, 9)).toBe(4);
    expect(rowOf(rows, 99)).toBe(-1);
  });

  it("do not offer to load what was left out", () => {
    const book = addLines(EMPTY_BOOK, [line(1, 2), line(1, 42)], { attempt: 1, number: 0 });
    expect(shape(rowsOf(book, 1, 42))).toEqual(["gap 1-1", 2, "gap 3-41", 42]);
  });

  it("learn that a hole was a gap when its other side is loaded", () => {
    const tail = addLines(EMPTY_BOOK, [line(1, 50, "x", true)], { attempt: 1, number: 40 });
    expect(shape(rowsOf(tail, 1, null))).toEqual(["hole 1-49", 50]);
    const both = addLines(tail, [line(1, 1), line(1, 50)], { attempt: 1, number: 0 });
    expect(shape(rowsOf(both, 1, null))).toEqual([1, "gap 2-49", 50]);
  });

  it("end where nobody knows how many there are, and say what is gone from the end", () => {
    expect(shape(rowsOf(addLines(EMPTY_BOOK, [line(1, 1)]), 1, null))).toEqual([1]);
    expect(shape(rowsOf(EMPTY_BOOK, 1, 3))).toEqual(["hole 1-3"]);
    expect(shape(rowsOf(endAttempt(EMPTY_BOOK, 1), 1, 3))).toEqual(["gap 1-3"]);
  });
});

describe("one line", () => {
  it("has a name that can be read back", () => {
    expect(readLineName(lineName(line(2, 1500)))).toEqual({ attempt: 2, number: 1500 });
    expect(readLineName("x")).toBeNull();
    expect(readLineName(undefined)).toBeNull();
  });

  it("is shown without the codes of a terminal", () => {
    expect(plainText("\u001b[31merror\u001b[0m: no")).toBe("error: no");
  });

  it("marks every place of a word, in any case", () => {
    expect(marked("aXbx", "x")).toEqual([
      { text: "a", hit: false },
      { text: "X", hit: true },
      { text: "b", hit: false },
      { text: "x", hit: true },
    ]);
    const strange = marked("İx", "x").map((piece) => piece.text);
    expect(strange.join("")).toBe("İx");
  });

  it("leads to the next hit, and around the end", () => {
    expect(nextHit([10, 30], 10, true)).toBe(30);
    expect(nextHit([10, 30], 30, true)).toBe(10);
    expect(nextHit([10, 30], 10, false)).toBe(30);
    expect(nextHit([], 0, true)).toBeNull();
  });

  it("says in a file where lines were left out", () => {
    expect(asText([line(1, 1, "a"), line(1, 9, "b", true)])).toMatch(
      / a\n… lines before.*\n.* 1:9 stdout b\n$/,
    );
  });
});
