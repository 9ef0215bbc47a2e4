/** What a change of one dataset reaches: a list by distance, and the same as CSV. */

import { csvOf } from "@/lib/csv";
import type { GraphNode } from "@/lib/types";
import { type GraphIndex, reach } from "./graph";

export interface ImpactRow {
  name: string;
  hop: number;
  /** The dataset before it on a shortest way. */
  via: string;
  node: GraphNode;
  partitions: number;
}

export function impactOf(index: GraphIndex, focus: string, direction: "up" | "down"): ImpactRow[] {
  const hops = reach(index, focus, direction);
  const back = direction === "down" ? index.up : index.down;
  const rows: ImpactRow[] = [];
  for (const [name, hop] of hops) {
    const node = index.nodes.get(name);
    if (hop === 0 || !node) continue;
    const via = (back.get(name) ?? []).find((other) => hops.get(other) === hop - 1) ?? "";
    rows.push({ name, hop, via, node, partitions: sum(node.counts) });
  }
  return rows.sort((a, b) => a.hop - b.hop || a.name.localeCompare(b.name));
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, value) => total + value, 0);
}

/** The rows as CSV. */
export function impactCsv(rows: readonly ImpactRow[]): string {
  return csvOf(
    ["dataset", "hop", "via", "kind", "owner", "tags", "worst_state", "partitions", "published_at"],
    rows.map(({ name, hop, via, node, partitions }) => [
      name,
      hop,
      via,
      node.kind,
      node.owner,
      node.tags.join(" "),
      node.worst,
      partitions,
      node.published_at,
    ]),
  );
}
