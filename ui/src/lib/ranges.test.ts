import { expect, test } from "vitest";
import { has, intersect, normalize, type Range, type Ranges, size, subtract, union } from "./ranges";
import {
  add,
  chosenSize,
  NOTHING,
  readChosen,
  remove,
  sliceName,
  toSelection,
  writeChosen,
} from "./selection";

// A small generator with a seed, so that a failure can be seen again.
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function some(next: () => number): Range[] {
  return Array.from({ length: Math.floor(next() * 6) }, () => {
    const first = Math.floor(next() * 40) - 10;
    return [first, first + Math.floor(next() * 8)] as const;
  });
}

const ALL = Array.from({ length: 70 }, (_, index) => index - 15);
const members = (ranges: Ranges) => ALL.filter((ordinal) => has(ranges, ordinal));

test("the algebra of ranges is that of sets", () => {
  const next = random(7);
  for (let round = 0; round < 500; round += 1) {
    const a = normalize(some(next));
    const b = normalize(some(next));
    const inA = new Set(members(a));
    const inB = new Set(members(b));
    expect(members(union(a, b))).toEqual(ALL.filter((x) => inA.has(x) || inB.has(x)));
    expect(members(intersect(a, b))).toEqual(ALL.filter((x) => inA.has(x) && inB.has(x)));
    expect(members(subtract(a, b))).toEqual(ALL.filter((x) => inA.has(x) && !inB.has(x)));
    expect(size(a)).toBe(inA.size);
    for (const made of [union(a, b), intersect(a, b), subtract(a, b)]) expect(normalize(made)).toEqual(made);
  }
});

test("a selection survives the address", () => {
  const slice = sliceName(["DE", "a/b;c,d@e"]);
  const chosen = add(add(NOTHING, "", [[-5, -2]]), slice, [
    [20_054, 20_085],
    [20_090, 20_091],
  ]);
  expect(writeChosen(chosen)).toBe("-5..-3;DE/a%2Fb%3Bc%2Cd%40e@20054..20084,20090");
  expect(readChosen(writeChosen(chosen))).toEqual(chosen);
  expect(chosenSize(chosen)).toBe(35);
  expect(toSelection(chosen).slices[1]?.slice).toEqual(["DE", "a/b;c,d@e"]);
});

test("what is not a selection is nothing", () => {
  expect(readChosen("x..y,1e9,;@;3..1")).toEqual(new Map());
  expect(readChosen(undefined)).toEqual(NOTHING);
});

test("taking everything away leaves no empty slice", () => {
  expect(remove(add(NOTHING, "DE", [[1, 5]]), "DE", [[0, 9]])).toEqual(NOTHING);
});
