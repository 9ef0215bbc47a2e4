/** Graphs that look like an estate of datasets, the same ones for the same seed. For tests and measurements. */

import type { LayoutInput } from "./layout";

/** About one and a half edges per node, of which one in twenty leads from a hub. */
export function randomGraph(size: number, seed: number): LayoutInput {
  let state = seed * 2_654_435_761;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const ranks = size < 500 ? 9 : 12;
  const rank = Array.from({ length: size }, (_, index) => Math.floor((index / size) * ranks));
  const name = (index: number): string => `dataset_${String(index).padStart(4, "0")}`;
  const edges = new Map<string, { from: string; to: string }>();
  const add = (from: number, to: number): void => {
    if (from !== to) edges.set(`${from}>${to}`, { from: name(from), to: name(to) });
  };
  for (let index = 0; index < size; index += 1) {
    const level = rank[index] ?? 0;
    if (level === 0) continue;
    const inputs = 1 + Math.floor(random() * 2.1);
    for (let turn = 0; turn < inputs; turn += 1) {
      const near = random() < 0.8;
      const first = near ? Math.floor(((level - 1) / ranks) * size) : 0;
      const before = Math.floor((level / ranks) * size);
      const pick = first + Math.floor(random() * (before - first));
      if ((rank[pick] ?? 0) < level) add(random() < 0.05 ? Math.floor(random() * 5) : pick, index);
    }
  }
  const nodes = Array.from({ length: size }, (_, index) => ({ id: name(index), height: 60 }));
  return { nodes, edges: [...edges.values()] };
}
