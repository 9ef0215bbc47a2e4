import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PartitionGrid } from "@/components/partition-grid/partition-grid";
import type { Cell } from "@/components/partition-grid/use-keys";
import { Loading, Skeleton } from "@/components/skeleton";
import { keyOf, parseKey } from "@/lib/axis";
import { type Grid, ordinalsOf, toGrid } from "@/lib/health";
import { add, type Chosen, NOTHING, readChosen, sliceName, writeChosen } from "@/lib/selection";
import { useShortcut } from "@/lib/shortcuts";
import type { Dataset, Standing } from "@/lib/types";
import { HistoryStrip } from "./history-strip";
import { PartitionPanel } from "./partition-panel";
import { PartitionTools } from "./partition-tools";
import { healthQuery } from "./queries";
import { RangeList } from "./range-list";
import { SelectionBar } from "./selection-bar";

const route = getRouteApi("/_app/datasets/$name");
const ZOOM = [10, 14, 20, 26, 34] as const;

export function PartitionsTab({ data }: { data: Dataset }) {
  const { data: health, error, refetch } = useQuery(healthQuery(data.name));
  const grid = useMemo(() => (health ? toGrid(health) : undefined), [health]);
  if (error && !grid) {
    return (
      <ErrorState what="The health of the partitions could not be loaded." error={error} retry={refetch} />
    );
  }
  if (!grid) {
    return (
      <Loading what={`${data.partitions.toLocaleString("en-US")} partitions`}>
        <Skeleton className="mb-3 h-8 w-2/3" />
        <Skeleton className="h-[50vh] w-full" />
      </Loading>
    );
  }
  if (grid.series.every(({ cells }) => cells.length === 0)) {
    return (
      <EmptyState title="There is no partition yet.">
        {data.kind === "source"
          ? "No file of this source has been found."
          : "The first window is not over, or no value of its dimensions is known."}
        {data.schedule?.next_at && " The next is due when its schedule says."}
      </EmptyState>
    );
  }
  return <Partitions data={data} grid={grid} />;
}

function Partitions({ data, grid }: { data: Dataset; grid: Grid }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { axis } = grid.health;
  const chosen = useMemo(() => readChosen(search.sel), [search.sel]);
  const only = useMemo(() => new Set<Standing>(search.state), [search.state]);
  const zoom = search.zoom ?? 2;
  const [tapSelects, setTapSelects] = useState(false);

  const names = useMemo(() => grid.series.map(({ slice }) => sliceName(slice)), [grid]);
  const picked = search.slice === undefined ? -1 : names.indexOf(search.slice);
  const series = picked >= 0 ? picked : names.length === 1 ? 0 : undefined;

  const open = useMemo(() => {
    const found = search.p === undefined ? null : parseKey(axis, search.p);
    const at = found ? names.indexOf(sliceName(found.slice)) : -1;
    return found && at >= 0 ? { series: at, ordinal: found.ordinal } : null;
  }, [search.p, axis, names]);

  // Marking many cells is one step back, opening one is a step of its own.
  const setChosen = (next: Chosen) => {
    const sel = writeChosen(next) || undefined;
    void navigate({ search: (now) => ({ ...now, sel }), replace: true });
  };
  const setOpen = (cell: Cell | null) => {
    const p = cell ? keyOf(axis, cell.ordinal, grid.series[cell.series]?.slice ?? []) : undefined;
    void navigate({ search: (now) => ({ ...now, p }), resetScroll: false });
  };
  const selectStates = () => {
    let next: Chosen = NOTHING;
    for (const [at, name] of names.entries()) {
      if (series !== undefined && series !== at) continue;
      const ranges = ordinalsOf(grid, at, (state) => {
        const standing = grid.states[state];
        return standing !== undefined && only.has(standing);
      });
      next = add(next, name, ranges);
    }
    setChosen(next);
  };
  const setZoom = (step: 1 | -1) => {
    const next = Math.max(0, Math.min(ZOOM.length - 1, zoom + step));
    void navigate({ search: (now) => ({ ...now, zoom: next === 2 ? undefined : next }), replace: true });
  };
  const flip = () =>
    navigate({
      search: (now) => ({ ...now, view: now.view === "list" ? undefined : "list" }),
      replace: true,
    });
  useShortcut("v", "Partitions as a grid or as a table", flip);
  const setSlice = (slice: string | undefined) => navigate({ search: (now) => ({ ...now, slice }) });

  return (
    <div className="flex flex-col gap-3">
      <PartitionTools
        grid={grid}
        series={series}
        only={only}
        onOnly={(state) => navigate({ search: (now) => ({ ...now, state }), replace: true })}
        onSelectShown={selectStates}
        view={search.view ?? "grid"}
        onFlip={flip}
        onZoom={setZoom}
        tapSelects={tapSelects}
        onTapSelects={() => setTapSelects(!tapSelects)}
        slice={picked >= 0 ? search.slice : undefined}
        names={names}
        onSlice={setSlice}
      />
      <div className="flex flex-col gap-4 xl:flex-row">
        <div className="min-w-0 grow">
          {search.view === "list" ? (
            <RangeList
              grid={grid}
              only={only}
              series={series}
              chosen={chosen}
              onChosen={setChosen}
              onOpen={setOpen}
            />
          ) : (
            <div className="rounded border border-line bg-panel p-2 sm:p-3">
              {series !== undefined && (
                <HistoryStrip
                  grid={grid}
                  series={series}
                  onPick={(ordinal) => setOpen({ series, ordinal })}
                />
              )}
              <PartitionGrid
                label={`Partitions of ${data.name}`}
                grid={grid}
                series={series}
                chosen={chosen}
                onChosen={setChosen}
                only={only}
                open={open}
                onOpen={setOpen}
                onSeries={(at) => setSlice(names[at])}
                zoom={ZOOM[zoom] ?? 20}
                onZoom={setZoom}
                tapSelects={tapSelects}
                maxHeight={series === undefined ? "66vh" : "58vh"}
              />
              {grid.health.more_series > 0 && (
                <p className="pt-2 text-muted">
                  {grid.health.more_series} more slices are not shown. Choose one by its name above.
                </p>
              )}
            </div>
          )}
        </div>
        {search.p !== undefined && (
          <PartitionPanel
            name={data.name}
            partition={search.p}
            source={data.kind === "source"}
            onClose={() => setOpen(null)}
          />
        )}
      </div>
      {chosen.size > 0 && (
        <SelectionBar data={data} grid={grid} chosen={chosen} onClear={() => setChosen(NOTHING)} />
      )}
      <p className="text-sm text-muted">
        <span className="pointer-coarse:hidden">
          Click for details, drag or hold Shift to select, Ctrl to add.{" "}
        </span>
        <Button kind="quiet" size="small" onClick={flip}>
          {search.view === "list" ? "Show the grid" : "View as a table"}
        </Button>
      </p>
    </div>
  );
}
