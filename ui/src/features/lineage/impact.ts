/** What a change of one dataset reaches: a list by distance, and the same as CSV. */

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

/** The rows as CSV, as RFC 4180 writes it. A cell that a spreadsheet would take for a formula is quoted. */
export function impactCsv(rows: readonly ImpactRow[]): string {
  const header = [
    "dataset",
    "hop",
    "via",
    "kind",
    "owner",
    "tags",
    "worst_state",
    "partitions",
    "published_at",
  ];
  const lines = rows.map((row) => [
    row.name,
    row.hop,
    row.via,
    row.node.kind,
    row.node.owner ?? "",
    row.node.tags.join(" "),
    row.node.worst,
    row.partitions,
    row.node.published_at ?? "",
  ]);
  return [header, ...lines]
    .map((line) => line.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n");
}

function cell(value: string | number): string {
  const text = String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
