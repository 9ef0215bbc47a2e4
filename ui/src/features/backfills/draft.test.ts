import { describe, expect, it } from "vitest";
import { draftOf, draftSearch, notReady, rangesFault, requestOf, selectParam, toggleSelect } from "./draft";

describe("the draft", () => {
  it("comes from an address, with defaults for what it leaves out", () => {
    const draft = draftOf(
      draftSearch({ dataset: "a,b", order: "oldest", priority: "-3", concurrency: "0", junk: "1" }),
    );
    expect(draft.datasets).toEqual(["a", "b"]);
    expect(draft.newestFirst).toBe(false);
    expect(draft.priority).toBe(-3);
    expect(draft.concurrency).toBeNull();
    expect(draft.selects).toEqual(["missing", "failed", "stale"]);
    expect(draftSearch({ order: "newest", class: "backfill" })).toEqual({});
  });

  it("asks for a selection or for ranges, never for both", () => {
    const draft = draftOf(draftSearch({ dataset: "a", ranges: " 2024-01..2024-03 ", select: "failed" }));
    expect(requestOf(draft, null).targets).toEqual([
      { dataset: "a", ranges: "2024-01..2024-03", selection: null },
    ]);
    const selection = { slices: [{ slice: [], ranges: [[3, 7]] satisfies [number, number][] }] };
    expect(requestOf(draft, selection).targets).toEqual([{ dataset: "a", ranges: null, selection }]);
    expect(requestOf(draft, null).select).toEqual({ missing: false, failed: true, stale: false, all: false });
  });

  it("says what is missing before it can be planned", () => {
    expect(notReady(draftOf({}))).toBe("Choose a dataset.");
    expect(notReady(draftOf({ dataset: ["a"], select: ["none"] }))).toMatch(/^Choose which partitions/);
    expect(notReady(draftOf({ dataset: ["a"] }))).toBeNull();
    expect(notReady(draftOf({ dataset: ["a"], ranges: "2024-01.." }))).toMatch(/one end only/);
  });

  it("knows a range that cannot be one", () => {
    expect(rangesFault("2024-01..2024-03, 2024-06")).toBeNull();
    expect(rangesFault("2024-01,")).toMatch(/empty range/);
    expect(rangesFault("a..b..c")).toMatch(/more than two ends/);
    expect(rangesFault("")).toBeNull();
  });
});

describe("which partitions", () => {
  it("takes the others away when all is chosen, and all when another is", () => {
    expect(toggleSelect(["missing", "stale"], "all")).toEqual(["all"]);
    expect(toggleSelect(["all"], "failed")).toEqual(["failed"]);
    expect(toggleSelect(["all"], "all")).toEqual(["missing", "failed", "stale"]);
    expect(toggleSelect(["failed"], "failed")).toEqual([]);
    expect(toggleSelect(["stale"], "missing")).toEqual(["missing", "stale"]);
  });

  it("leaves the default out of the address, in any order", () => {
    expect(selectParam(["stale", "failed", "missing"])).toBeUndefined();
    expect(selectParam(["failed"])).toEqual(["failed"]);
    expect(draftOf({ select: selectParam([]) }).selects).toEqual([]);
  });
});
