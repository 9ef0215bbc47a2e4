import { spoken } from "@/lib/axis";
import { EMPTY, type Grid, stateAt } from "@/lib/health";
import { STANDING } from "@/lib/states";
import type { Cell } from "./use-keys";

const REASONS: Record<string, string> = {
  code: "its code has changed",
  input: "an input has changed",
  upstream: "an input is itself to be made again",
};

/** A cell in words: for the tooltip, and for whoever cannot see the picture. */
export function cellWords(
  grid: Grid,
  cell: Cell,
  now: Date,
  selected: boolean,
): { where: string; state: string } {
  const { axis } = grid.health;
  const slice = grid.series[cell.series]?.slice ?? [];
  const last = Math.min(axis.end, cell.ordinal + grid.width) - 1;
  const time =
    grid.width === 1
      ? spoken(axis, cell.ordinal, now)
      : `${spoken(axis, cell.ordinal, now)} to ${spoken(axis, last, now)}, ${last - cell.ordinal + 1} partitions, the worst`;
  const state = stateAt(grid, cell.series, cell.ordinal);
  const standing = grid.states[state];
  const reason = grid.reasons[state];
  const word = state === EMPTY || !standing ? "No partition" : STANDING[standing].label;
  return {
    where: [...slice, time].join(", "),
    state: `${word}${reason ? `: ${REASONS[reason] ?? reason}` : ""}${selected ? ", selected" : ""}`,
  };
}
