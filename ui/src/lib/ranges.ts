// Sets of ordinals as sorted, disjoint ranges that do not touch: a million partitions are often one pair.

export type Range = readonly [first: number, after: number];
export type Ranges = readonly Range[];

export const NONE: Ranges = [];

/** Sorts, joins and drops what is empty. */
export function normalize(ranges: readonly Range[]): Ranges {
  const sorted = ranges.filter(([first, after]) => first < after).sort((a, b) => a[0] - b[0]);
  const out: [number, number][] = [];
  for (const [first, after] of sorted) {
    const open = out.at(-1);
    if (open && first <= open[1]) open[1] = Math.max(open[1], after);
    else out.push([first, after]);
  }
  return out;
}

export function union(a: Ranges, b: Ranges): Ranges {
  return normalize([...a, ...b]);
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  const out: Range[] = [];
  let i = 0;
  let j = 0;
  for (let x = a[0], y = b[0]; x && y; x = a[i], y = b[j]) {
    const first = Math.max(x[0], y[0]);
    const after = Math.min(x[1], y[1]);
    if (first < after) out.push([first, after]);
    if (x[1] < y[1]) i += 1;
    else j += 1;
  }
  return out;
}

export function subtract(a: Ranges, b: Ranges): Ranges {
  const out: Range[] = [];
  let j = 0;
  for (const [first, after] of a) {
    let from = first;
    while (j < b.length && (b[j]?.[1] ?? 0) <= from) j += 1;
    for (let k = j; k < b.length; k += 1) {
      const cut = b[k];
      if (!cut || after <= cut[0]) break;
      if (from < cut[0]) out.push([from, cut[0]]);
      from = Math.max(from, cut[1]);
    }
    if (from < after) out.push([from, after]);
  }
  return out;
}

export function has(ranges: Ranges, ordinal: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (!range) return false;
    if (ordinal < range[0]) high = middle;
    else if (range[1] <= ordinal) low = middle + 1;
    else return true;
  }
  return false;
}

export function size(ranges: Ranges): number {
  return ranges.reduce((sum, [first, after]) => sum + after - first, 0);
}
