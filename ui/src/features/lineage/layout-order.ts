/** The order of nodes within their column, and how high each stands. */

import { at, type Part, type Place, ROW_GAP } from "./layout-part";

const SWEEPS = 8;
const PASSES = 6;

/** A first picture: depth-first order, then sweeps, of which the one with the fewest crossings is kept. */
export function newOrder(part: Part): number[] {
  const seen = new Uint8Array(part.rank.length);
  const order: number[][] = part.layers.map(() => []);
  const visit = (start: number): void => {
    const stack = [start];
    while (stack.length > 0) {
      const vertex = stack.pop() ?? 0;
      if (seen[vertex] === 1) continue;
      seen[vertex] = 1;
      order[at(part.rank, vertex)]?.push(vertex);
      const below = part.down[vertex] ?? [];
      for (let index = below.length - 1; index >= 0; index -= 1) stack.push(at(below, index));
    }
  };
  for (const layer of part.layers)
    for (const vertex of layer) if ((part.up[vertex] ?? []).length === 0) visit(vertex);
  for (const layer of part.layers) for (const vertex of layer) visit(vertex);
  part.layers = order;
  const position = new Float64Array(part.rank.length);
  const number = (layer: readonly number[]): void =>
    layer.forEach((vertex, index) => {
      position[vertex] = index;
    });
  part.layers.forEach(number);
  let best = part.layers.map((layer) => [...layer]);
  let fewest = crossings(part, position);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const forward = sweep % 2 === 0;
    const sides = forward ? part.up : part.down;
    for (let step = 1; step < part.layers.length; step += 1) {
      const layer = at(part.layers, forward ? step : part.layers.length - 1 - step);
      const wish = new Map<number, number>();
      for (const vertex of layer) {
        const near = sides[vertex] ?? [];
        const sum = near.reduce((total, other) => total + at(position, other), 0);
        wish.set(vertex, near.length === 0 ? at(position, vertex) : sum / near.length);
      }
      layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || at(position, a) - at(position, b));
      number(layer);
    }
    const now = crossings(part, position);
    if (now < fewest) {
      fewest = now;
      best = part.layers.map((layer) => [...layer]);
    }
  }
  part.layers = best;
  const y = new Array<number>(part.rank.length).fill(0);
  for (const layer of part.layers) {
    let sum = 0;
    for (const vertex of layer) {
      y[vertex] = sum + at(part.height, vertex) / 2;
      sum += at(part.height, vertex) + ROW_GAP;
    }
    for (const vertex of layer) y[vertex] = at(y, vertex) - sum / 2;
  }
  return y;
}

/** How many edges cross, by counting inversions with a Fenwick tree. */
function crossings(part: Part, position: Float64Array): number {
  let total = 0;
  for (let level = 0; level + 1 < part.layers.length; level += 1) {
    const size = at(part.layers, level + 1).length;
    const tree = new Int32Array(size + 1);
    let placed = 0;
    for (const vertex of at(part.layers, level)) {
      const ends = (part.down[vertex] ?? []).map((to) => at(position, to));
      for (const end of ends) {
        let before = 0;
        for (let index = end + 1; index > 0; index -= index & -index) before += at(tree, index);
        total += placed - before;
      }
      for (const end of ends) {
        for (let index = end + 1; index <= size; index += index & -index) tree[index] = at(tree, index) + 1;
      }
      placed += ends.length;
    }
  }
  return total;
}

/** Orders by where nodes stood; new ones and bends go beside what they hang on. */
export function keepOrder(part: Part, previous: Readonly<Record<string, Place>>): number[] {
  const y = new Array<number>(part.rank.length).fill(Number.NaN);
  const fixed = new Uint8Array(part.rank.length);
  part.ids.forEach((id, vertex) => {
    const place = previous[id];
    if (place === undefined) return;
    y[vertex] = place.y + at(part.height, vertex) / 2;
    fixed[vertex] = 1;
  });
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (let vertex = 0; vertex < y.length; vertex += 1) {
      if (fixed[vertex] === 1) continue;
      const near = [...(part.up[vertex] ?? []), ...(part.down[vertex] ?? [])]
        .map((other) => at(y, other))
        .filter((value) => !Number.isNaN(value));
      if (near.length > 0) y[vertex] = near.reduce((sum, value) => sum + value, 0) / near.length;
    }
  }
  for (let vertex = 0; vertex < y.length; vertex += 1) if (Number.isNaN(at(y, vertex))) y[vertex] = 0;
  for (const layer of part.layers) layer.sort((a, b) => at(y, a) - at(y, b) || a - b);
  return y;
}

/** Moves every column as close to its neighbours as its order allows, to and fro. */
export function settle(part: Part, y: number[], previous: Readonly<Record<string, Place>> | null): void {
  const held = new Uint8Array(y.length);
  if (previous !== null)
    part.ids.forEach((id, vertex) => {
      held[vertex] = previous[id] === undefined ? 0 : 1;
    });
  const wanted = [...y];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const forward = pass % 2 === 0;
    const count = part.layers.length;
    for (let step = 0; step < count; step += 1) {
      const layer = at(part.layers, forward ? step : count - 1 - step);
      const near = forward ? part.up : part.down;
      const wish: number[] = [];
      const weight: number[] = [];
      for (const vertex of layer) {
        const others = near[vertex] ?? [];
        const mean = others.reduce((sum, other) => sum + at(y, other), 0) / others.length;
        wish.push(held[vertex] === 1 ? at(wanted, vertex) : others.length === 0 ? at(y, vertex) : mean);
        // What stood there before holds; then long edges, which should be straight.
        weight.push(held[vertex] === 1 ? 1000 : vertex >= part.real ? 4 : 1 + others.length / 4);
      }
      spread(layer, wish, weight, part.height, y);
    }
  }
}

/** Weighted isotonic regression with distances (pool adjacent violators). */
function spread(
  layer: readonly number[],
  wish: readonly number[],
  weight: readonly number[],
  height: readonly number[],
  y: number[],
): void {
  const offset: number[] = [];
  let sum = 0;
  layer.forEach((vertex, index) => {
    if (index > 0) sum += (at(height, at(layer, index - 1)) + at(height, vertex)) / 2 + ROW_GAP;
    offset.push(sum);
  });
  const blocks: { mean: number; weight: number; count: number }[] = [];
  for (let index = 0; index < layer.length; index += 1) {
    let block = { mean: at(wish, index) - at(offset, index), weight: at(weight, index), count: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.mean > block.mean; last = blocks.at(-1)) {
      const both = last.weight + block.weight;
      block = {
        mean: (last.mean * last.weight + block.mean * block.weight) / both,
        weight: both,
        count: last.count + block.count,
      };
      blocks.pop();
    }
    blocks.push(block);
  }
  let index = 0;
  for (const block of blocks) {
    for (let taken = 0; taken < block.count; taken += 1, index += 1) {
      y[at(layer, index)] = block.mean + at(offset, index);
    }
  }
}
