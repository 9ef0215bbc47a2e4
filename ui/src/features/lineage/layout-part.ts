/** The parts of a graph that hang together, with ranks and with bends for edges that span several ranks. */

export interface LayoutNode {
  id: string;
  height: number;
}

export interface LayoutEdge {
  from: string;
  to: string;
}

export interface Place {
  x: number;
  y: number;
}

export interface LayoutInput {
  nodes: readonly LayoutNode[];
  edges: readonly LayoutEdge[];
  /** Where nodes stood before. They keep their order, and as far as there is room, their place. */
  previous?: Readonly<Record<string, Place>>;
  /** How wide boxes were then; they stay so. */
  wide?: number;
}

export interface Route {
  from: string;
  to: string;
  /** x, y, x, y, … from the right side of `from` to the left side of `to`. */
  points: number[];
  /** Whether this edge closes a circle; it is drawn, and said to be wrong. */
  circular: boolean;
}

export const ROW_GAP = 18;
const BEND_HEIGHT = 10;

/** A part of the graph that hangs together, with vertices as numbers. Vertices from `real` on are bends. */
export interface Part {
  ids: string[];
  real: number;
  rank: number[];
  height: number[];
  up: number[][];
  down: number[][];
  layers: number[][];
  /** Per edge of the part: its vertices from one end to the other. */
  chains: { from: string; to: string; vertices: number[]; circular: boolean }[];
}

export interface Piece {
  ids: string[];
  edges: LayoutEdge[];
}

/** Cuts the graph into parts that hang together. */
export function split(input: LayoutInput): Piece[] {
  const parent = new Map<string, string>();
  for (const node of input.nodes) parent.set(node.id, node.id);
  const root = (id: string): string => {
    let at = id;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) {
      parent.set(at, parent.get(up) ?? up);
      at = up;
    }
    return at;
  };
  const edges = input.edges.filter(
    (edge) => edge.from !== edge.to && parent.has(edge.from) && parent.has(edge.to),
  );
  for (const edge of edges) parent.set(root(edge.from), root(edge.to));
  const pieces = new Map<string, Piece>();
  for (const node of input.nodes) {
    const key = root(node.id);
    const piece = pieces.get(key) ?? { ids: [], edges: [] };
    piece.ids.push(node.id);
    pieces.set(key, piece);
  }
  for (const edge of edges) pieces.get(root(edge.from))?.edges.push(edge);
  return [...pieces.values()];
}

/** Numbers the vertices of a part, ranks them and puts bends where an edge passes a rank. */
export function prepare(piece: Piece, input: LayoutInput): Part {
  const heights = new Map(input.nodes.map((node) => [node.id, node.height]));
  const number = new Map(piece.ids.map((id, index) => [id, index]));
  const real = piece.ids.length;
  const out: number[][] = Array.from({ length: real }, () => []);
  const pairs = piece.edges.map((edge) => ({
    edge,
    a: number.get(edge.from) ?? 0,
    b: number.get(edge.to) ?? 0,
  }));
  for (const pair of pairs) out[pair.a]?.push(pair.b);
  const back = circles(out);
  const rank = ranks(
    real,
    pairs.map(({ a, b }) => (back.has(a * real + b) ? [b, a] : [a, b])),
  );
  const part: Part = {
    ids: piece.ids,
    real,
    rank,
    height: piece.ids.map((id) => heights.get(id) ?? 0),
    up: Array.from({ length: real }, () => []),
    down: Array.from({ length: real }, () => []),
    layers: [],
    chains: [],
  };
  const bends = new Map<number, number>();
  const linked = new Set<number>();
  const link = (a: number, b: number): void => {
    const key = a * 1_000_003 + b;
    if (linked.has(key)) return;
    linked.add(key);
    part.down[a]?.push(b);
    part.up[b]?.push(a);
  };
  for (const { edge, a, b } of pairs) {
    const circular = back.has(a * real + b);
    const [first, last] = circular ? [b, a] : [a, b];
    const vertices = [first];
    let before = first;
    for (let level = at(rank, first) + 1; level < at(rank, last); level += 1) {
      // All long edges of one node share their bends: a hub is one cable and not a curtain.
      const key = first * 4096 + level;
      let bend = bends.get(key);
      if (bend === undefined) {
        bend = part.rank.length;
        bends.set(key, bend);
        part.rank.push(level);
        part.height.push(BEND_HEIGHT);
        part.up.push([]);
        part.down.push([]);
      }
      link(before, bend);
      vertices.push(bend);
      before = bend;
    }
    link(before, last);
    vertices.push(last);
    part.chains.push({ from: edge.from, to: edge.to, vertices, circular });
  }
  part.rank.forEach((level, vertex) => {
    for (let missing = part.layers.length; missing <= level; missing += 1) part.layers.push([]);
    part.layers[level]?.push(vertex);
  });
  return part;
}

/** The edges that close a circle, as `from * n + to`. */
function circles(out: readonly number[][]): Set<number> {
  const found = new Set<number>();
  const mark = new Uint8Array(out.length);
  const next = new Int32Array(out.length);
  for (let start = 0; start < out.length; start += 1) {
    if (mark[start] !== 0) continue;
    const stack = [start];
    mark[start] = 1;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const to = out[top]?.[at(next, top)];
      next[top] = at(next, top) + 1;
      if (to === undefined) {
        mark[top] = 2;
        stack.pop();
      } else if (mark[to] === 1) {
        found.add(top * out.length + to);
      } else if (mark[to] === 0) {
        mark[to] = 1;
        stack.push(to);
      }
    }
  }
  return found;
}

/** Ranks by the longest way from a start; what has only consumers moves up to them. */
function ranks(count: number, edges: readonly (readonly [number, number] | number[])[]): number[] {
  const rank = new Array<number>(count).fill(0);
  const open = new Int32Array(count);
  const down: number[][] = Array.from({ length: count }, () => []);
  for (const [a, b] of edges) {
    if (a === undefined || b === undefined) continue;
    down[a]?.push(b);
    open[b] = at(open, b) + 1;
  }
  const starts: number[] = [];
  for (let vertex = 0; vertex < count; vertex += 1) if (open[vertex] === 0) starts.push(vertex);
  const ready = [...starts];
  for (let head = 0; head < ready.length; head += 1) {
    const vertex = at(ready, head);
    for (const to of down[vertex] ?? []) {
      rank[to] = Math.max(at(rank, to), at(rank, vertex) + 1);
      open[to] = at(open, to) - 1;
      if (open[to] === 0) ready.push(to);
    }
  }
  for (const start of starts) {
    const nearest = (down[start] ?? []).reduce(
      (low, to) => Math.min(low, at(rank, to)),
      Number.POSITIVE_INFINITY,
    );
    if (Number.isFinite(nearest)) rank[start] = nearest - 1;
  }
  const least = rank.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  return rank.map((value) => value - least);
}

/** An element that is known to be there; the compiler cannot know it of an index. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`nothing at ${index}`);
  return value;
}
