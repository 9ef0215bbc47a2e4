import { describe, expect, it } from "vitest";
import { diff, headline, summary } from "./diff";

describe("before and after", () => {
  it("names each leaf by its path", () => {
    const before = { role: "viewer", scope: { all: false, prefixes: ["dev_"] } };
    const after = { role: "editor", scope: { all: false, prefixes: ["dev_", "crm_"] } };
    expect(diff(before, after)).toEqual([
      { path: "role", kind: "changed", before: '"viewer"', after: '"editor"' },
      { path: "scope.all", kind: "same", before: "false", after: "false" },
      { path: "scope.prefixes[0]", kind: "same", before: '"dev_"', after: '"dev_"' },
      { path: "scope.prefixes[1]", kind: "added", before: null, after: '"crm_"' },
    ]);
  });

  it("takes a missing side as nothing, and a null leaf as a value", () => {
    expect(diff(null, { slots: null })).toEqual([
      { path: "slots", kind: "added", before: null, after: "null" },
    ]);
    expect(diff({ slots: null }, { slots: 4 })[0]?.kind).toBe("changed");
    expect(diff(null, null)).toEqual([]);
  });

  it("keeps empty lists and records visible", () => {
    expect(diff({ tags: ["a"] }, { tags: [] })).toEqual([
      { path: "tags[0]", kind: "removed", before: '"a"', after: null },
      { path: "tags", kind: "added", before: null, after: "[]" },
    ]);
  });

  it("compares plain values", () => {
    expect(diff(4, 8)).toEqual([{ path: "", kind: "changed", before: "4", after: "8" }]);
  });

  it("fits a line", () => {
    expect(headline(diff({ slots: 12, tag: "a" }, { slots: 8, floor: 1 }))).toBe(
      "slots: 12 → 8, tag removed, floor: 1",
    );
    expect(headline(diff({ a: 1 }, { a: 1 }))).toBe("nothing changed");
  });

  it("is summed up in words", () => {
    expect(summary(diff({ a: 1, b: 2 }, { a: 2, c: 3 }))).toBe("1 changed, 1 added, 1 removed");
    expect(summary(diff({ a: 1 }, { a: 1 }))).toBe("nothing changed");
  });
});
