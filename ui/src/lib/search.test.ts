import { expect, test } from "vitest";
import { flag, integer, oneOf, parseSearch, searchOf, someOf, stringifySearch, text, texts } from "./search";

const read = searchOf({
  q: text(),
  state: someOf(["failed", "stale", "missing"]),
  sort: oneOf(["name", "state"], "name"),
  depth: integer(1, 5),
  all: flag(),
  tags: texts(),
});

test("what is written is read back", () => {
  const search = {
    q: "a b&c",
    state: ["failed", "stale"],
    sort: "state",
    depth: 3,
    all: true,
    tags: ["x", "y"],
  };
  expect(read(parseSearch(stringifySearch(search)))).toEqual(search);
});

test("unknown keys, unknown words, defaults and bounds are left out", () => {
  expect(read({ x: "1", state: "green", sort: "name", depth: "9", all: "no", q: "" })).toEqual({});
});

test("a partition key stays text, though it looks like a number", () => {
  expect(read(parseSearch("?q=2024"))).toEqual({ q: "2024" });
});

test("commas, colons and slashes stay readable", () => {
  expect(stringifySearch({ p: "2024-01-01/DE", at: "06:00", s: ["a", "b"] })).toBe(
    "?p=2024-01-01/DE&at=06:00&s=a,b",
  );
});
