// The health of a dataset, unpacked: one byte for each cell, so that a million partitions are a megabyte.
import type { Range, Ranges } from "./ranges";
import { PROBLEMS, STANDINGS } from "./states";
import type { Health, Standing } from "./types";

/** No partition there. */
export const EMPTY = 255;

export interface Series {
  slice: string[];
  /** The ordinal of the first cell. */
  first: number;
  /** For each cell the index of its state, or `EMPTY`. */
  cells: Uint8Array;
  counts: Record<string, number>;
}

export interface Grid {
  health: Health;
  series: Series[];
  /** Ordinals for each cell. */
  width: number;
  states: readonly Standing[];
  reasons: readonly (string | null)[];
  isProblem: readonly boolean[];
}

/** Unpacks runs of `[state, count, …]`. */
export function unpack(runs: readonly number[]): Uint8Array {
  let length = 0;
  for (let at = 1; at < runs.length; at += 2) length += runs[at] ?? 0;
  const cells = new Uint8Array(length);
  let from = 0;
  for (let at = 0; at + 1 < runs.length; at += 2) {
    const state = runs[at] ?? -1;
    const after = from + (runs[at + 1] ?? 0);
    cells.fill(state < 0 ? EMPTY : state, from, after);
    from = after;
  }
  return cells;
}

/** The other way round. */
export function pack(cells: Uint8Array): number[] {
  const runs: number[] = [];
  for (let from = 0; from < cells.length; ) {
    const state = cells[from] ?? EMPTY;
    let after = from + 1;
    while (after < cells.length && cells[after] === state) after += 1;
    runs.push(state === EMPTY ? -1 : state, after - from);
    from = after;
  }
  return runs;
}

export function toGrid(health: Health): Grid {
  return {
    health,
    width: Math.max(1, health.width),
    states: health.states,
    reasons: health.reasons,
    isProblem: health.states.map((state) => PROBLEMS.has(state)),
    series: health.series.map(({ slice, first, runs, counts }) => ({
      slice,
      first,
      cells: unpack(runs),
      counts,
    })),
  };
}

/** The index of the state of an ordinal, or `EMPTY`. */
export function stateAt(grid: Grid, series: number, ordinal: number): number {
  const row = grid.series[series];
  if (!row) return EMPTY;
  return row.cells[Math.floor((ordinal - row.first) / grid.width)] ?? EMPTY;
}

/** The ordinals whose state is one of these, as ranges. */
export function ordinalsOf(grid: Grid, series: number, wanted: (state: number) => boolean): Ranges {
  const row = grid.series[series];
  if (!row) return [];
  const want = Array.from({ length: 256 }, (_, state) => state !== EMPTY && wanted(state));
  const out: Range[] = [];
  const { cells, first } = row;
  for (let from = 0; from < cells.length; from += 1) {
    if (!want[cells[from] ?? EMPTY]) continue;
    let after = from + 1;
    while (after < cells.length && want[cells[after] ?? EMPTY]) after += 1;
    out.push([first + from * grid.width, first + after * grid.width]);
    from = after;
  }
  return out;
}

/**
 * Where the next problem begins, going back in time or forward. Neighbours in the same state are one problem,
 * so that a failed month is one step and not thirty.
 */
export function nextProblem(grid: Grid, series: number, from: number, back: boolean): number | null {
  const row = grid.series[series];
  if (!row) return null;
  const { cells, first } = row;
  const step = back ? -1 : 1;
  const start = Math.floor((from - first) / grid.width);
  const here = cells[start];
  let at = start;
  while (0 <= at && at < cells.length && cells[at] === here) at += step;
  while (0 <= at && at < cells.length && !grid.isProblem[cells[at] ?? EMPTY]) at += step;
  return 0 <= at && at < cells.length ? first + at * grid.width : null;
}

/** For a strip of so many pixels, the worst state below each. */
export function worstBuckets(grid: Grid, series: number, buckets: number): Uint8Array {
  const row = grid.series[series];
  const out = new Uint8Array(buckets).fill(EMPTY);
  if (!row) return out;
  const rank = badness(grid.states);
  const { cells } = row;
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * cells.length) / buckets);
    const after = Math.max(from + 1, Math.floor(((bucket + 1) * cells.length) / buckets));
    let worst = EMPTY;
    for (let at = from; at < after; at += 1) {
      const state = cells[at] ?? EMPTY;
      if ((rank[state] ?? 99) < (rank[worst] ?? 99)) worst = state;
    }
    out[bucket] = worst;
  }
  return out;
}

/** How bad each state is, by its index; the smaller the worse. */
export function badness(states: readonly Standing[]): number[] {
  return states.map((state) => STANDINGS.indexOf(state));
}
