import type { Column } from "./data-table";

/** The least width of all columns in pixels: the first length of each track. */
export function leastWidth(columns: readonly Pick<Column<never>, "width">[]): number {
  return columns.reduce(
    (sum, { width }) => sum + 16 * Number(/[\d.]+(?=rem)/.exec(width ?? "6rem")?.[0] ?? 6),
    0,
  );
}

/** What is left of the columns in so many pixels: those that yield go, the highest first, until the rest fits. */
export function fitting<Row>(columns: readonly Column<Row>[], room: number): readonly Column<Row>[] {
  const going = columns.filter((column) => column.yields !== undefined);
  going.sort((a, b) => (b.yields ?? 0) - (a.yields ?? 0));
  let kept = columns;
  for (const next of going) {
    if (leastWidth(kept) <= room) break;
    kept = kept.filter((column) => column !== next);
  }
  return kept;
}
