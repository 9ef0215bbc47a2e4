import clsx from "clsx";
import { Minus, Plus, SquareCheckBig, Table2 } from "lucide-react";
import { Button, IconButton } from "@/components/button";
import { StateMark } from "@/components/state-badge";
import { Tooltip } from "@/components/tooltip";
import { count } from "@/lib/format";
import type { Grid } from "@/lib/health";
import { sliceValues } from "@/lib/selection";
import { STANDING, STANDINGS } from "@/lib/states";
import type { Standing } from "@/lib/types";

interface PartitionToolsProps {
  grid: Grid;
  series: number | undefined;
  only: ReadonlySet<Standing>;
  onOnly: (next: Standing[] | undefined) => void;
  onSelectShown: () => void;
  view: "grid" | "list";
  onFlip: () => void;
  onZoom: (step: 1 | -1) => void;
  /** Whether a tap selects rather than opens. */
  tapSelects: boolean;
  onTapSelects: () => void;
  slice: string | undefined;
  names: string[];
  onSlice: (slice: string | undefined) => void;
}

/** Counts by state, which choose what stands out, and how the grid is looked at. */
export function PartitionTools(props: PartitionToolsProps) {
  const { grid, only, onOnly } = props;
  const counts = countsOf(grid, props.series);
  const toggle = (standing: Standing) => {
    const next = STANDINGS.filter((one) => (one === standing ? !only.has(one) : only.has(one)));
    onOnly(next.length > 0 ? next : undefined);
  };
  const shown = [...only].reduce((sum, standing) => sum + (counts[standing] ?? 0), 0);
  return (
    <div className="flex flex-wrap items-center gap-2">
      <div role="group" aria-label="States that stand out" className="flex flex-wrap gap-1.5">
        {STANDINGS.filter((standing) => 0 < (counts[standing] ?? 0) || only.has(standing)).map((standing) => (
          <Tooltip key={standing} text={STANDING[standing].about}>
            <button
              type="button"
              aria-pressed={only.has(standing)}
              onClick={() => toggle(standing)}
              className={clsx(
                "inline-flex h-7 items-center gap-1.5 rounded border px-2 text-sm hover:bg-hover",
                only.has(standing) ? "border-accent bg-chosen" : "border-line-strong bg-panel",
              )}
            >
              <StateMark look={STANDING[standing]} />
              {STANDING[standing].label} <span className="font-semibold">{count(counts[standing] ?? 0)}</span>
            </button>
          </Tooltip>
        ))}
      </div>
      {only.size > 0 && (
        <>
          <Button size="small" onClick={props.onSelectShown}>
            Select these {count(shown)}
          </Button>
          <Button size="small" kind="quiet" onClick={() => onOnly(undefined)}>
            Show all
          </Button>
        </>
      )}
      <div className="ml-auto flex items-center gap-1">
        {props.names.length > 1 && <SlicePicker {...props} />}
        <span className="hidden pointer-coarse:inline-flex">
          <IconButton label="Tap to select" aria-pressed={props.tapSelects} onClick={props.onTapSelects}>
            <SquareCheckBig size={16} aria-hidden />
          </IconButton>
        </span>
        <IconButton label="Smaller cells" onClick={() => props.onZoom(-1)}>
          <Minus size={16} aria-hidden />
        </IconButton>
        <IconButton label="Larger cells" onClick={() => props.onZoom(1)}>
          <Plus size={16} aria-hidden />
        </IconButton>
        <IconButton label="View as a table" aria-pressed={props.view === "list"} onClick={props.onFlip}>
          <Table2 size={16} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

// A plain list of the browser: it can be searched by typing and takes a thousand values.
function SlicePicker({ slice, names, onSlice }: PartitionToolsProps) {
  return (
    <select
      aria-label="Slice"
      value={slice ?? ""}
      onChange={(event) => onSlice(event.target.value || undefined)}
      className="h-8 max-w-56 rounded border border-line-strong bg-panel px-2"
    >
      <option value="">All {names.length} slices</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {sliceValues(name).join(" / ")}
        </option>
      ))}
    </select>
  );
}

function countsOf(grid: Grid, series: number | undefined): Record<string, number> {
  const rows = series === undefined ? grid.series : grid.series.slice(series, series + 1);
  const sum: Record<string, number> = {};
  for (const { counts } of rows) {
    for (const [standing, value] of Object.entries(counts)) sum[standing] = (sum[standing] ?? 0) + value;
  }
  return sum;
}
