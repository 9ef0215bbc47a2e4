import { useMemo } from "react";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import type { Cell } from "@/components/partition-grid/use-keys";
import { StateBadge } from "@/components/state-badge";
import { rangeLabel } from "@/lib/axis";
import { count } from "@/lib/format";
import { EMPTY, type Grid, pack } from "@/lib/health";
import { intersect } from "@/lib/ranges";
import { add, type Chosen, NOTHING, sliceName } from "@/lib/selection";
import { isWell, STANDING } from "@/lib/states";
import type { Standing } from "@/lib/types";

interface RangeListProps {
  grid: Grid;
  only: ReadonlySet<Standing>;
  series: number | undefined;
  chosen: Chosen;
  onChosen: (next: Chosen) => void;
  onOpen: (cell: Cell) => void;
}

interface Row {
  series: number;
  standing: Standing;
  reason: string | null;
  first: number;
  after: number;
}

/** The grid as a table: neighbours in the same state are one row, the newest first. */
export function RangeList({ grid, only, series, chosen, onChosen, onOpen }: RangeListProps) {
  const { axis } = grid.health;
  const rows = useMemo(() => rowsOf(grid, only, series), [grid, only, series]);
  const keyOf = (row: Row) => `${rangeLabel(axis, row.first, row.after)}${sliceText(grid, row.series)}`;
  const nameOf = (row: Row) => sliceName(grid.series[row.series]?.slice ?? []);
  const selected = new Set(
    rows
      .filter((row) => {
        const held = intersect(chosen.get(nameOf(row)) ?? [], [[row.first, row.after]])[0];
        return held?.[0] === row.first && held[1] === row.after;
      })
      .map(keyOf),
  );
  const select = (keys: ReadonlySet<string>) => {
    let next: Chosen = NOTHING;
    for (const row of rows) if (keys.has(keyOf(row))) next = add(next, nameOf(row), [[row.first, row.after]]);
    onChosen(next);
  };
  return (
    <div className="rounded border border-line bg-panel">
      <DataTable
        label="Partitions as ranges"
        rows={rows}
        rowKey={keyOf}
        selected={selected}
        onSelect={select}
        onOpen={(row) => onOpen({ series: row.series, ordinal: row.after - grid.width })}
        empty={<EmptyState title="No partition is in these states." />}
        columns={[
          {
            id: "state",
            header: "State",
            width: "minmax(9rem,1fr)",
            cell: (row) => <StateBadge standing={row.standing} detail={row.reason} />,
          },
          {
            id: "which",
            header: "Partitions",
            width: "minmax(16rem,3fr)",
            cell: (row) => (
              <span className="font-mono">
                {rangeLabel(axis, row.first, row.after)}
                {sliceText(grid, row.series)}
              </span>
            ),
          },
          {
            id: "count",
            header: "Count",
            width: "7rem",
            align: "right",
            cell: (row) => count(row.after - row.first),
          },
          { id: "reason", header: "Reason", width: "minmax(8rem,2fr)", cell: (row) => <Reason row={row} /> },
        ]}
      />
    </div>
  );
}

/** Where the server has nothing more to say, what the state means; what is well needs no reason. */
function Reason({ row }: { row: Row }) {
  if (!row.reason && isWell(row.standing)) return null;
  const text = row.reason ?? STANDING[row.standing].about;
  return (
    <span title={text} className={row.reason ? undefined : "text-muted"}>
      {text}
    </span>
  );
}

function sliceText(grid: Grid, series: number): string {
  const slice = grid.series[series]?.slice ?? [];
  return slice.length > 0 ? ` ${slice.join(" / ")}` : "";
}

function rowsOf(grid: Grid, only: ReadonlySet<Standing>, wanted: number | undefined): Row[] {
  const rows: Row[] = [];
  for (const [series, { cells, first }] of grid.series.entries()) {
    if (wanted !== undefined && wanted !== series) continue;
    const runs = pack(cells);
    let at = first;
    for (let index = 0; index + 1 < runs.length; index += 2) {
      const state = runs[index] ?? EMPTY;
      const from = at;
      at += (runs[index + 1] ?? 0) * grid.width;
      const standing = grid.states[state];
      if (!standing || (only.size > 0 && !only.has(standing))) continue;
      rows.push({ series, standing, reason: grid.reasons[state] ?? null, first: from, after: at });
    }
  }
  return rows.sort((a, b) => b.after - a.after || a.series - b.series);
}
