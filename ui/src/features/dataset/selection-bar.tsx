import { Link } from "@tanstack/react-router";
import { Copy, X } from "lucide-react";
import { Button, buttonClass } from "@/components/button";
import { copy } from "@/components/copy-button";
import { rangeLabel } from "@/lib/axis";
import { count, plural } from "@/lib/format";
import { EMPTY, type Grid, stateAt } from "@/lib/health";
import { useMay } from "@/lib/permissions";
import { type Chosen, chosenSize, rangeCount, sliceName, sliceValues, writeChosen } from "@/lib/selection";
import { countWords } from "@/lib/states";
import type { Dataset } from "@/lib/types";
import { ApproveHeld } from "./approve-held";

interface SelectionBarProps {
  data: Dataset;
  grid: Grid;
  chosen: Chosen;
  onClear: () => void;
}

/** What is selected, and what can be done with it. */
export function SelectionBar({ data, grid, chosen, onClear }: SelectionBarProps) {
  const may = useMay("backfill.create");
  const all = chosenSize(chosen);
  const words = countWords(Object.fromEntries(tally(grid, chosen)));
  const reason =
    data.kind === "source" ? "A source is not made by a job: its files come from outside." : may.reason;
  const text = labels(grid, chosen);
  return (
    <section
      aria-label="Selection"
      className="sticky bottom-2 z-20 flex items-center gap-x-4 gap-y-2 rounded border border-accent bg-raised px-2 py-1.5 shadow-lg sm:bottom-3 sm:flex-wrap sm:px-4 sm:py-2"
    >
      {/* On a small screen one line is all it may take of the grid. */}
      <p aria-live="polite" className="min-w-0 max-sm:truncate">
        <span className="font-semibold">{plural(all, "partition")}</span>,{" "}
        {plural(rangeCount(chosen), "range")}
        {words.length > 0 && <span className="text-muted"> — {words.join(", ")}</span>}
      </p>
      <div className="ml-auto flex shrink-0 gap-1 sm:flex-wrap sm:gap-2">
        <Button kind="quiet" aria-label="Clear the selection" onClick={onClear} className="max-sm:px-2">
          <X size={16} aria-hidden className="sm:hidden" />
          <span className="max-sm:hidden">Clear</span>
        </Button>
        <Button
          aria-label="Copy ranges"
          onClick={() => copy(text, "Ranges")}
          icon={<Copy size={14} aria-hidden className="sm:hidden" />}
          className="max-sm:px-2"
        >
          <span className="max-sm:hidden">Copy ranges</span>
        </Button>
        <ApproveHeld name={data.name} chosen={chosen} label={(held) => `Approve ${count(held)} held…`} />
        {reason ? (
          <Button kind="primary" disabledReason={reason}>
            Backfill {count(all)}…
          </Button>
        ) : (
          <Link
            to="/backfills/new"
            search={{ dataset: [data.name], sel: writeChosen(chosen) }}
            className={buttonClass("primary")}
            aria-label={`Backfill ${count(all)}…`}
          >
            <span>
              Backfill<span className="max-sm:hidden"> {count(all)}</span>…
            </span>
          </Link>
        )}
      </div>
    </section>
  );
}

/** As the command line takes them. */
function labels(grid: Grid, chosen: Chosen): string {
  const { axis } = grid.health;
  return [...chosen]
    .map(([slice, ranges]) => {
      const text = ranges.map(([first, after]) => rangeLabel(axis, first, after)).join(",");
      return slice === "" ? text : `${text} ${sliceValues(slice).join(" ")}`;
    })
    .join("\n");
}

function tally(grid: Grid, chosen: Chosen): Map<string, number> {
  const out = new Map<string, number>();
  for (const [at, { slice }] of grid.series.entries()) {
    const seen = new Uint32Array(256);
    for (const [first, after] of chosen.get(sliceName(slice)) ?? []) {
      for (let ordinal = first; ordinal < after; ordinal += grid.width) {
        const state = stateAt(grid, at, ordinal);
        seen[state] = (seen[state] ?? 0) + Math.min(grid.width, after - ordinal);
      }
    }
    for (const [state, standing] of grid.states.entries()) {
      const times = state === EMPTY ? 0 : (seen[state] ?? 0);
      if (times > 0) out.set(standing, (out.get(standing) ?? 0) + times);
    }
  }
  return out;
}
