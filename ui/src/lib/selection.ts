// A selection of partitions: ranges of ordinals for each slice. It lives in the address as text, such as
// `20054..20084,20090` or, with dimensions, `DE/web@20054..20084;FR/web@20060`.
import { intersect, normalize, type Range, type Ranges, size, subtract, union } from "./ranges";
import type { Selection } from "./types";

/** By the name of the slice, see `sliceName`; no entry is empty. */
export type Chosen = ReadonlyMap<string, Ranges>;

export const NOTHING: Chosen = new Map();

/** The values of a slice as one text that can be taken apart again. */
export function sliceName(slice: readonly string[]): string {
  return slice.map(encodeURIComponent).join("/");
}

export function sliceValues(name: string): string[] {
  return name === "" ? [] : name.split("/").map(decode);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function add(chosen: Chosen, slice: string, ranges: Ranges): Chosen {
  return withRanges(chosen, slice, union(chosen.get(slice) ?? [], ranges));
}

export function remove(chosen: Chosen, slice: string, ranges: Ranges): Chosen {
  return withRanges(chosen, slice, subtract(chosen.get(slice) ?? [], ranges));
}

/** What is in both. */
export function overlap(a: Chosen, b: Chosen): Chosen {
  const both = new Map<string, Ranges>();
  for (const [slice, ranges] of a) {
    const shared = intersect(ranges, b.get(slice) ?? []);
    if (shared.length > 0) both.set(slice, shared);
  }
  return both;
}

function withRanges(chosen: Chosen, slice: string, ranges: Ranges): Chosen {
  const next = new Map(chosen);
  if (ranges.length > 0) next.set(slice, ranges);
  else next.delete(slice);
  return next;
}

/** How many partitions. */
export function chosenSize(chosen: Chosen): number {
  let sum = 0;
  for (const ranges of chosen.values()) sum += size(ranges);
  return sum;
}

export function rangeCount(chosen: Chosen): number {
  let sum = 0;
  for (const ranges of chosen.values()) sum += ranges.length;
  return sum;
}

/** For the address. */
export function writeChosen(chosen: Chosen): string {
  return [...chosen]
    .map(([slice, ranges]) => {
      const text = ranges
        .map(([first, after]) => (first + 1 === after ? String(first) : `${first}..${after - 1}`))
        .join(",");
      return slice === "" ? text : `${slice}@${text}`;
    })
    .join(";");
}

/** From the address; what cannot be read is left out. */
export function readChosen(text: string | undefined): Chosen {
  const chosen = new Map<string, Ranges>();
  for (const part of (text ?? "").split(";")) {
    const at = part.indexOf("@");
    const slice = at < 0 ? "" : part.slice(0, at);
    const ranges: Range[] = [];
    for (const word of part.slice(at + 1).split(",")) {
      const found = /^(-?\d+)(?:\.\.(-?\d+))?$/.exec(word);
      if (!found) continue;
      const first = Number(found[1]);
      const last = Number(found[2] ?? found[1]);
      if (Number.isSafeInteger(first) && Number.isSafeInteger(last)) ranges.push([first, last + 1]);
    }
    const all = normalize([...(chosen.get(slice) ?? []), ...ranges]);
    if (all.length > 0) chosen.set(slice, all);
  }
  return chosen;
}

/** For the API. */
export function toSelection(chosen: Chosen): Selection {
  return {
    slices: [...chosen].map(([slice, ranges]) => ({
      slice: sliceValues(slice),
      ranges: ranges.map(([first, after]): [number, number] => [first, after]),
    })),
  };
}
