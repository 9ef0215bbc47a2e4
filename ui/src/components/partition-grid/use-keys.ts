import type { KeyboardEvent } from "react";
import type { Layout } from "@/lib/grid-layout";
import { EMPTY, type Grid, nextProblem, stateAt } from "@/lib/health";

export interface Cell {
  series: number;
  ordinal: number;
}

export interface Geometry {
  grid: Grid;
  layout: Layout;
  matrix: boolean;
  series: number;
}

export function placeOf({ layout, matrix }: Geometry, cell: Cell): { row: number; col: number } {
  const place = layout.place(cell.ordinal);
  return matrix ? { row: cell.series, col: place.col } : place;
}

export function cellAt({ layout, matrix, series }: Geometry, row: number, col: number): Cell | null {
  const ordinal = layout.at(row, col);
  return ordinal === null ? null : { series: matrix ? row : series, ordinal };
}

/** Where a key leads from a cell; nothing when the key is not one that moves. */
export function move(
  geometry: Geometry,
  from: Cell,
  event: KeyboardEvent,
  page: number,
): Cell | null | undefined {
  const { grid, layout } = geometry;
  const { first, end } = grid.health.axis;
  const { row, col } = placeOf(geometry, from);
  const mod = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case "ArrowLeft":
      return toward(geometry, from, -1);
    case "ArrowRight":
      return toward(geometry, from, 1);
    case "ArrowUp":
      return near(geometry, row - 1, col, -1);
    case "ArrowDown":
      return near(geometry, row + 1, col, 1);
    case "PageUp":
      return near(geometry, Math.max(0, row - page), col, -1);
    case "PageDown":
      return near(geometry, Math.min(layout.rows - 1, row + page), col, 1);
    case "Home":
      return mod ? { ...from, ordinal: first } : edge(geometry, row, 0, 1);
    case "End":
      return mod ? { ...from, ordinal: end - 1 } : edge(geometry, row, layout.cols - 1, -1);
    case "h":
      return { ...from, ordinal: end - 1 };
    case "n":
    case "N": {
      const found = nextProblem(grid, from.series, from.ordinal, event.key === "n");
      return found === null ? null : { ...from, ordinal: found };
    }
    default:
      return undefined;
  }
}

// Left and right follow time, also from one row into the next.
function toward({ grid }: Geometry, from: Cell, step: 1 | -1): Cell | null {
  const { first, end } = grid.health.axis;
  const next = from.ordinal + step * grid.width;
  return first <= next && next < end ? { ...from, ordinal: next } : null;
}

function edge(geometry: Geometry, row: number, from: number, step: 1 | -1): Cell | null {
  for (let col = from; 0 <= col && col < geometry.layout.cols; col += step) {
    const found = cellAt(geometry, row, col);
    if (found) return found;
  }
  return null;
}

// Up and down keep the column where the row has it, else take the nearest that is there.
function near(geometry: Geometry, row: number, col: number, step: 1 | -1): Cell | null {
  const { layout } = geometry;
  for (let at = row; 0 <= at && at < layout.rows; at += step) {
    for (let off = 0; off < layout.cols; off += 1) {
      const found = cellAt(geometry, at, col - off) ?? cellAt(geometry, at, col + off);
      if (found) return found;
    }
  }
  return null;
}

/** All cells in the rectangle between two, or in a calendar all from one to the other. */
export function between(
  geometry: Geometry,
  a: Cell,
  b: Cell,
): { series: number; first: number; after: number }[] {
  const first = Math.min(a.ordinal, b.ordinal);
  const after = Math.max(a.ordinal, b.ordinal) + geometry.grid.width;
  const from = Math.min(a.series, b.series);
  const to = Math.max(a.series, b.series);
  return Array.from({ length: to - from + 1 }, (_, index) => ({ series: from + index, first, after }));
}

/** Where the grid begins to be read: at its newest partition. */
export function newest(grid: Grid, series: number): Cell {
  const { first, end } = grid.health.axis;
  for (let ordinal = end - 1; first <= ordinal && end - 400 < ordinal; ordinal -= 1) {
    if (stateAt(grid, series, ordinal) !== EMPTY) return { series, ordinal };
  }
  return { series, ordinal: Math.max(first, end - 1) };
}
