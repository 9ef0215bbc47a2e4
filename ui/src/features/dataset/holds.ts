/** What is held back of a dataset, as sets that a person can let go. */
import { plural } from "@/lib/format";
import { add, type Chosen, NOTHING, sliceName } from "@/lib/selection";
import type { Hold, Plan } from "@/lib/types";

/** The partitions of holds, as far as they are listed: of each at most a thousand ranges are. */
export function heldIn(holds: readonly Hold[]): Chosen {
  let held = NOTHING;
  for (const { ranges } of holds) {
    for (const { slice, first, after } of ranges) held = add(held, sliceName(slice), [[first, after]]);
  }
  return held;
}

export function heldCount(holds: readonly Hold[]): number {
  return holds.reduce((sum, { partitions }) => sum + partitions, 0);
}

/** `2026-11-03..2026-11-14, 2026-11-20 DE and 4 more`. */
export function rangesText({ ranges }: Hold, most = 3): string {
  const words = ranges.slice(0, most).map(({ from, to, slice }) => {
    const time = from === to ? from : `${from}..${to}`;
    return [time, ...slice].join(" ");
  });
  const rest = ranges.length - words.length;
  return words.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

export interface Effect {
  /** How many partitions of the dataset itself are made. */
  own: number;
  /** How many of each dataset that is made from it, the most first. */
  below: { dataset: string; partitions: number }[];
}

/** What a plan comes to, by dataset. */
export function effectOf(plan: Plan, name: string): Effect {
  const by = new Map<string, number>();
  for (const { dataset, partitions } of plan.steps) {
    by.set(dataset, (by.get(dataset) ?? 0) + partitions);
  }
  const below = [...by]
    .filter(([dataset]) => dataset !== name)
    .map(([dataset, partitions]) => ({ dataset, partitions }))
    .sort((a, b) => b.partitions - a.partitions);
  return { own: by.get(name) ?? 0, below };
}

/** `31 partitions of 2 datasets`. */
export function belowWords({ below }: Effect): string {
  const all = below.reduce((sum, { partitions }) => sum + partitions, 0);
  return `${plural(all, "partition")} of ${plural(below.length, "dataset")}`;
}
