/** Fewer boxes for the same graph: the consumers of a hub as one, and the datasets of an owner or tag as one. */

import type { GraphNode, LineageLink } from "@/lib/types";
import type { GraphEdge } from "./graph";
import { type GraphIndex, indexGraph } from "./graph";

/** More consumers than this are drawn as one box. */
export const HUB_CONSUMERS = 25;

export type GroupBy = "owner" | "tag";

/** A box of the picture. */
export type Box =
  | { id: string; kind: "dataset"; node: GraphNode; match: boolean }
  | { id: string; kind: "consumers"; hub: string; members: GraphNode[]; match: boolean }
  | { id: string; kind: "group"; by: GroupBy; name: string; members: GraphNode[]; match: boolean }
  | { id: string; kind: "version"; link: LineageLink; match: boolean };

export interface BoxEdge {
  from: string;
  to: string;
  /** How many links between datasets it stands for. */
  links: number;
  required: boolean;
  mapping: string;
}

export interface Picture {
  boxes: Box[];
  edges: BoxEdge[];
  /** Which box a dataset is in. */
  boxOf: ReadonlyMap<string, string>;
}

export interface FoldOptions {
  group: GroupBy | null;
  /** Groups and hubs that a person opened. */
  open: ReadonlySet<string>;
  /** Datasets that must be seen whatever is folded: the focus, what is chosen. */
  keep: ReadonlySet<string>;
  matches: (node: GraphNode) => boolean;
}

export const hubId = (name: string): string => `consumers:${name}`;
export const groupId = (by: GroupBy, name: string): string => `${by}:${name}`;

/** The group of a dataset; those without one stay together under an empty name. */
export function groupOf(node: GraphNode, by: GroupBy): string {
  return (by === "owner" ? node.owner : node.tags[0]) ?? "";
}

export function fold(
  graph: { nodes: readonly GraphNode[]; edges: readonly GraphEdge[] },
  options: FoldOptions,
): Picture {
  const boxes = new Map<string, Box>();
  const boxOf = new Map<string, string>();
  const index = indexGraph({ nodes: [...graph.nodes], edges: [...graph.edges] });
  const folded = options.group ? new Map<string, string>() : hubConsumers(index, options);
  for (const node of graph.nodes) {
    const match = options.matches(node);
    const hub = folded.get(node.name);
    const by = options.group;
    const group = by && groupId(by, groupOf(node, by));
    if (by && group && !options.open.has(group) && !options.keep.has(node.name)) {
      const name = groupOf(node, by);
      collect(boxes, { id: group, kind: "group", by, name, members: [node], match });
      boxOf.set(node.name, group);
    } else if (hub !== undefined) {
      collect(boxes, { id: hubId(hub), kind: "consumers", hub, members: [node], match });
      boxOf.set(node.name, hubId(hub));
    } else {
      boxes.set(node.name, { id: node.name, kind: "dataset", node, match });
      boxOf.set(node.name, node.name);
    }
  }
  return { boxes: [...boxes.values()], edges: joinEdges(graph.edges, boxOf), boxOf };
}

function collect(boxes: Map<string, Box>, box: Extract<Box, { members: GraphNode[] }>): void {
  const held = boxes.get(box.id);
  if (!held || !("members" in held)) boxes.set(box.id, box);
  else {
    held.members.push(...box.members);
    held.match ||= box.match;
  }
}

function joinEdges(edges: readonly GraphEdge[], boxOf: ReadonlyMap<string, string>): BoxEdge[] {
  const joined = new Map<string, BoxEdge>();
  for (const edge of edges) {
    const [from, to] = [boxOf.get(edge.from), boxOf.get(edge.to)];
    if (from === undefined || to === undefined || from === to) continue;
    const held = joined.get(`${from}\n${to}`);
    if (held) {
      held.links += 1;
      held.required ||= edge.required;
    } else {
      joined.set(`${from}\n${to}`, { from, to, links: 1, required: edge.required, mapping: edge.mapping });
    }
  }
  return [...joined.values()];
}

/**
 * Which consumers of which hub become one box. Only those from which nothing leads out of the box are
 * taken: a box with a way out and back in would be a circle where there is none.
 */
function hubConsumers(index: GraphIndex, options: FoldOptions): Map<string, string> {
  const folded = new Map<string, string>();
  const hubs = [...index.down].filter(([, consumers]) => consumers.length > HUB_CONSUMERS);
  hubs.sort((a, b) => b[1].length - a[1].length);
  for (const [hub, consumers] of hubs) {
    if (options.open.has(hubId(hub))) continue;
    const inside = new Set(consumers.filter((name) => !folded.has(name) && !options.keep.has(name)));
    for (let before = -1; before !== inside.size; ) {
      before = inside.size;
      for (const name of inside) {
        if ((index.down.get(name) ?? []).some((next) => !inside.has(next))) inside.delete(name);
      }
    }
    if (inside.size > HUB_CONSUMERS) for (const name of inside) folded.set(name, hub);
  }
  return folded;
}
