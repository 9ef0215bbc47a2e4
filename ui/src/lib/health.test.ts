import { expect, test } from "vitest";
import { counts } from "@/test/factories/datasets";
import { EMPTY, nextProblem, ordinalsOf, pack, stateAt, toGrid, unpack, worstBuckets } from "./health";
import type { Health } from "./types";

const health: Health = {
  dataset: "dev_dau",
  as_of: "2026-11-22T06:00:00Z",
  version: "1",
  axis: { unit: "day", step: 1, zone: "UTC", first: 100, end: 120, origin: "1970-04-11T00:00:00Z" },
  states: ["fresh", "failed", "stale", "missing"],
  reasons: [null, null, "code", null],
  series: [{ slice: [], first: 100, runs: [0, 5, 1, 2, 2, 3, -1, 4, 0, 5, 3, 1], counts: counts({}) }],
  more_series: 0,
  width: 1,
};
const grid = toGrid(health);

test("runs unpack, and pack again", () => {
  const runs = [0, 3, -1, 2, 4, 1];
  expect([...unpack(runs)]).toEqual([0, 0, 0, EMPTY, EMPTY, 4]);
  expect(pack(unpack(runs))).toEqual(runs);
});

test("each ordinal has its state", () => {
  expect(stateAt(grid, 0, 104)).toBe(0);
  expect(stateAt(grid, 0, 105)).toBe(1);
  expect(stateAt(grid, 0, 110)).toBe(EMPTY);
  expect(stateAt(grid, 0, 99)).toBe(EMPTY);
  expect(stateAt(grid, 0, 120)).toBe(EMPTY);
});

test("the partitions of some states are ranges", () => {
  expect(ordinalsOf(grid, 0, (state) => state === 1 || state === 2)).toEqual([[105, 110]]);
  expect(ordinalsOf(grid, 0, (state) => state === 0)).toEqual([
    [100, 105],
    [114, 119],
  ]);
});

test("a problem is a stretch of one state", () => {
  expect(nextProblem(grid, 0, 119, true)).toBe(109);
  expect(nextProblem(grid, 0, 109, true)).toBe(106);
  expect(nextProblem(grid, 0, 106, true)).toBeNull();
  expect(nextProblem(grid, 0, 100, false)).toBe(105);
});

test("a pixel shows the worst of what is below it", () => {
  expect([...worstBuckets(grid, 0, 4)]).toEqual([0, 1, 0, 3]);
});

test("a cell can stand for several partitions", () => {
  const wide = toGrid({
    ...health,
    width: 10,
    series: [{ slice: [], first: 100, runs: [0, 1, 1, 1], counts: counts({}) }],
  });
  expect(stateAt(wide, 0, 109)).toBe(0);
  expect(stateAt(wide, 0, 110)).toBe(1);
  expect(ordinalsOf(wide, 0, (state) => state === 1)).toEqual([[110, 120]]);
});
