/**
 * Places a graph from left to right: longest-path ranks, one chain of bends per source for edges that
 * span several ranks, barycentre sweeps for the order, and isotonic regression for the heights, which
 * is the closest a column can come to where its nodes want to be without changing their order.
 *
 * Pure and without a DOM: it runs in a worker, in tests, and in Node.
 */

import { keepOrder, newOrder, settle } from "./layout-order";
import {
  at,
  type LayoutInput,
  type Piece,
  type Place,
  prepare,
  ROW_GAP,
  type Route,
  split,
} from "./layout-part";

export type { LayoutEdge, LayoutInput, LayoutNode, Place, Route } from "./layout-part";

export interface Layout {
  places: Record<string, Place>;
  routes: Route[];
  width: number;
  height: number;
  /** How wide each box is: wider than `NODE_WIDTH` where the picture is narrower than a screen. */
  wide: number;
}

export const NODE_WIDTH = 232;
export const COLUMN_GAP = 64;
const PART_GAP = 44;
/** A screen is so much wider than high. */
const SCREEN = 1.8;
const STRETCH_MAX = 2.1;

/** Places every node and edge. */
export function layout(input: LayoutInput): Layout {
  const parts = split(input);
  const previous = input.previous ?? {};
  const lone = parts.filter((part) => part.ids.length === 1 && part.edges.length === 0);
  const joined = parts.filter((part) => !lone.includes(part));
  const topBefore = (ids: readonly string[]): number =>
    ids.reduce(
      (top, id) => Math.min(top, previous[id]?.y ?? Number.POSITIVE_INFINITY),
      Number.POSITIVE_INFINITY,
    );
  // Largest first, but what was there before stays where it was.
  joined.sort((a, b) => {
    const [before, after] = [topBefore(a.ids), topBefore(b.ids)];
    return before === after || !Number.isFinite(before - after)
      ? b.ids.length - a.ids.length
      : before - after;
  });
  const result: Layout = { places: {}, routes: [], width: 0, height: 0, wide: NODE_WIDTH };
  const sized = joined.map((part) => {
    const before = result.routes.length;
    const size = placePart(part, input, previous, result);
    return { ids: part.ids, routes: result.routes.slice(before), ...size };
  });
  const top = pack(sized, result);
  placeLone(
    lone.map((part) => part.ids[0] ?? ""),
    input,
    result,
    top,
  );
  stretch(result, input.wide === undefined ? slack(result.width, result.height) : input.wide / NODE_WIDTH);
  anchor(result, previous);
  return result;
}

/** How much wider everything can be until the picture is as wide as a screen that it fills in height. */
function slack(width: number, height: number): number {
  return Math.min(STRETCH_MAX, Math.max(1, (SCREEN * height) / Math.max(1, width)));
}

/** Uses the room at the sides for wider boxes, so that more of their names can be read. */
function stretch(result: Layout, factor: number): void {
  if (factor === 1) return;
  result.wide = NODE_WIDTH * factor;
  result.width *= factor;
  for (const place of Object.values(result.places)) place.x *= factor;
  for (const { points } of result.routes) {
    for (let index = 0; index < points.length; index += 2) points[index] = (points[index] ?? 0) * factor;
  }
}

interface Sized {
  ids: readonly string[];
  routes: readonly Layout["routes"][number][];
  width: number;
  height: number;
}

/** Puts parts that have nothing to do with each other under and beside each other; gives where they end below. */
function pack(parts: readonly Sized[], result: Layout): number {
  const packed = bestPacking(parts);
  parts.forEach(({ ids, routes }, index) => {
    const { x: left, y: top } = packed.corners[index] ?? { x: 0, y: 0 };
    for (const id of ids) {
      const place = result.places[id];
      if (place) result.places[id] = { x: place.x + left, y: place.y + top };
    }
    for (const { points } of routes) {
      for (const [at, value] of points.entries()) points[at] = value + (at % 2 === 0 ? left : top);
    }
  });
  result.width = Math.max(result.width, packed.width);
  return packed.height;
}

interface Packing {
  corners: Place[];
  width: number;
  height: number;
}

const COLUMNS_MAX = 8;

/** Of several ways to stand in columns the one whose boxes are the widest on a screen that shows all of it. */
function bestPacking(parts: readonly Sized[]): Packing {
  const tallest = Math.max(0, ...parts.map(({ height }) => height));
  const total = parts.reduce((sum, { height }) => sum + height + PART_GAP, 0);
  let best = packed(parts, total);
  let most = boxWidth(best);
  for (let columns = 2; columns <= Math.min(parts.length, COLUMNS_MAX); columns += 1) {
    const next = packed(parts, Math.max(tallest, total / columns));
    if (most < boxWidth(next)) [best, most] = [next, boxWidth(next)];
  }
  return best;
}

/** How wide a box is, when the height of the screen is one. */
function boxWidth({ width, height }: Packing): number {
  const factor = slack(width, height);
  return factor * Math.min(1 / Math.max(1, height), SCREEN / Math.max(1, width * factor));
}

/** Columns of at most this height. */
function packed(parts: readonly Sized[], most: number): Packing {
  const corners: Place[] = [];
  let [left, top, right, bottom] = [0, 0, 0, 0];
  for (const { width, height } of parts) {
    if (0 < top && most < top + height) {
      left = right + 2 * COLUMN_GAP;
      top = 0;
    }
    corners.push({ x: left, y: top });
    right = Math.max(right, left + width);
    top += height + PART_GAP;
    bottom = Math.max(bottom, top);
  }
  return { corners, width: right, height: bottom };
}

/** Places one part with its left upper corner at the origin. */
function placePart(
  piece: Piece,
  input: LayoutInput,
  previous: Readonly<Record<string, Place>>,
  result: Layout,
): { width: number; height: number } {
  const part = prepare(piece, input);
  const known = piece.ids.filter((id) => previous[id] !== undefined).length;
  // With too few to hold on to, a new picture is better than an old one with a bulge.
  const keeps = 2 * known >= piece.ids.length;
  const y = keeps ? keepOrder(part, previous) : newOrder(part);
  settle(part, y, keeps ? previous : null);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  y.forEach((middle, vertex) => {
    low = Math.min(low, middle - at(part.height, vertex) / 2);
    high = Math.max(high, middle + at(part.height, vertex) / 2);
  });
  const shift = -low;
  const left = (vertex: number): number => at(part.rank, vertex) * (NODE_WIDTH + COLUMN_GAP);
  piece.ids.forEach((id, vertex) => {
    result.places[id] = {
      x: left(vertex),
      y: Math.round(at(y, vertex) + shift - at(part.height, vertex) / 2),
    };
  });
  for (const chain of part.chains) {
    const points: number[] = [];
    chain.vertices.forEach((vertex, index) => {
      const middle = Math.round(at(y, vertex) + shift);
      if (index > 0) points.push(left(vertex), middle);
      if (index < chain.vertices.length - 1) points.push(left(vertex) + NODE_WIDTH, middle);
    });
    result.routes.push({ from: chain.from, to: chain.to, points, circular: chain.circular });
  }
  const ranks = part.layers.length;
  return { width: ranks * NODE_WIDTH + Math.max(0, ranks - 1) * COLUMN_GAP, height: Math.ceil(high + shift) };
}

/** Nodes that nothing hangs on, in rows under the rest. */
function placeLone(ids: readonly string[], input: LayoutInput, result: Layout, top: number): void {
  const heights = new Map(input.nodes.map((node) => [node.id, node.height]));
  const step = NODE_WIDTH + COLUMN_GAP / 2;
  const columns = Math.max(1, Math.floor(result.width / step), Math.ceil(Math.sqrt(ids.length / 2)));
  let row = top;
  for (let first = 0; first < ids.length; first += columns) {
    const inRow = ids.slice(first, first + columns);
    inRow.forEach((id, column) => {
      result.places[id] = { x: column * step, y: row };
      result.width = Math.max(result.width, column * step + NODE_WIDTH);
    });
    row += Math.max(...inRow.map((id) => heights.get(id) ?? 0)) + ROW_GAP;
  }
  result.height = Math.max(0, ids.length === 0 ? top - PART_GAP : row - ROW_GAP);
}

/** Shifts the whole picture so that what was there before moves as little as possible. */
function anchor(result: Layout, previous: Readonly<Record<string, Place>>): void {
  const moves = (axis: "x" | "y"): number => {
    const all: number[] = [];
    for (const [id, place] of Object.entries(result.places)) {
      const before = previous[id];
      if (before !== undefined) all.push(before[axis] - place[axis]);
    }
    all.sort((a, b) => a - b);
    return all[Math.floor(all.length / 2)] ?? 0;
  };
  const [dx, dy] = [moves("x"), moves("y")];
  if (dx === 0 && dy === 0) return;
  for (const place of Object.values(result.places)) {
    place.x += dx;
    place.y += dy;
  }
  for (const route of result.routes) {
    route.points = route.points.map((value, index) => value + (index % 2 === 0 ? dx : dy));
  }
}
