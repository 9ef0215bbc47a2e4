/** The graph of datasets as an index: who reads whom, how far, and on which way. Pure. */

import type { Graph, GraphNode } from "@/lib/types";

export type GraphEdge = Graph["edges"][number];

export interface GraphIndex<Node = GraphNode> {
  nodes: ReadonlyMap<string, Node>;
  up: ReadonlyMap<string, readonly string[]>;
  down: ReadonlyMap<string, readonly string[]>;
}

export function indexGraph<Node extends { name: string }>(graph: {
  nodes: readonly Node[];
  edges: readonly { from: string; to: string }[];
}): GraphIndex<Node> {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const up = new Map<string, string[]>();
  const down = new Map<string, string[]>();
  for (const edge of graph.edges) {
    if (!nodes.has(edge.from) || !nodes.has(edge.to)) continue;
    push(down, edge.from, edge.to);
    push(up, edge.to, edge.from);
  }
  return { nodes, up, down };
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (!list) map.set(key, [value]);
  else if (!list.includes(value)) list.push(value);
}

/** Everything that can be reached from a node in one direction, with the fewest hops to it; itself at 0. */
export function reach(
  index: GraphIndex<unknown>,
  start: string,
  direction: "up" | "down",
): Map<string, number> {
  const links = index[direction];
  const hops = new Map<string, number>([[start, 0]]);
  const queue = [start];
  for (let head = 0; head < queue.length; head += 1) {
    const name = queue[head] ?? "";
    for (const next of links.get(name) ?? []) {
      if (hops.has(next)) continue;
      hops.set(next, (hops.get(name) ?? 0) + 1);
      queue.push(next);
    }
  }
  return hops;
}

/**
 * What lights up. Between two nodes it is every way from one to the other; where there is none, and for a
 * node alone, it is all that it was made from and all that is made from it.
 */
export function litBetween(index: GraphIndex<unknown>, focus: string | null, chosen: string): Set<string> {
  const up = reach(index, chosen, "up");
  const down = reach(index, chosen, "down");
  if (focus !== null && focus !== chosen && index.nodes.has(focus)) {
    const fromFocus = up.has(focus) ? reach(index, focus, "down") : reach(index, focus, "up");
    const toChosen = up.has(focus) ? up : down.has(focus) ? down : null;
    if (toChosen) return new Set([...toChosen.keys()].filter((name) => fromFocus.has(name)));
  }
  return new Set([...up.keys(), ...down.keys()]);
}

/**
 * Several neighbourhoods as one. How many neighbours of a node are not drawn is counted anew: a
 * neighbourhood knows only which of them itself left out.
 */
export function mergeGraphs(graphs: readonly Graph[]): Graph {
  const [first, ...rest] = graphs;
  if (!first) throw new RangeError("no graph to merge");
  if (rest.length === 0) return first;
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  const total = new Map<string, { up: number; down: number }>();
  for (const graph of graphs) {
    const seen = degrees(graph);
    for (const node of graph.nodes) {
      nodes.set(node.name, nodes.get(node.name) ?? node);
      const here = seen.get(node.name) ?? { up: 0, down: 0 };
      total.set(node.name, { up: here.up + node.hidden_up, down: here.down + node.hidden_down });
    }
    for (const edge of graph.edges) edges.set(`${edge.from}\n${edge.to}`, edge);
  }
  const merged = { nodes: [...nodes.values()], edges: [...edges.values()] };
  const drawn = degrees(merged);
  return {
    ...first,
    edges: merged.edges,
    nodes: merged.nodes.map((node) => {
      const all = total.get(node.name) ?? { up: 0, down: 0 };
      const here = drawn.get(node.name) ?? { up: 0, down: 0 };
      return {
        ...node,
        hidden_up: Math.max(0, all.up - here.up),
        hidden_down: Math.max(0, all.down - here.down),
      };
    }),
    truncated: Math.max(...graphs.map((graph) => graph.truncated)),
  };
}

function degrees(graph: Pick<Graph, "nodes" | "edges">): Map<string, { up: number; down: number }> {
  const found = new Map(graph.nodes.map((node) => [node.name, { up: 0, down: 0 }]));
  for (const edge of graph.edges) {
    const from = found.get(edge.from);
    const to = found.get(edge.to);
    if (!from || !to) continue;
    from.down += 1;
    to.up += 1;
  }
  return found;
}

/** Whether a dataset is meant by what somebody typed: words in its name, owner or tags, all of them. */
export function matches(node: GraphNode, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => {
    const [key, value] = word.includes(":")
      ? [word.slice(0, word.indexOf(":")), word.slice(word.indexOf(":") + 1)]
      : ["", word];
    if (key === "owner") return (node.owner ?? "").toLowerCase().includes(value);
    if (key === "tag") return node.tags.some((tag) => tag.toLowerCase().includes(value));
    if (key === "state") return value.split(",").includes(node.worst);
    if (key === "kind") return node.kind === value;
    return [node.name, node.owner ?? "", ...node.tags].some((text) => text.toLowerCase().includes(word));
  });
}
