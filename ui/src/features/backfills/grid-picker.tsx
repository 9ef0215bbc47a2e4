import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { PartitionGrid } from "@/components/partition-grid/partition-grid";
import { Loading, Skeleton } from "@/components/skeleton";
import { healthQuery } from "@/features/dataset/queries";
import { toGrid } from "@/lib/health";
import { type Chosen, sliceName } from "@/lib/selection";

const ZOOM = [10, 14, 20, 26] as const;

interface GridPickerProps {
  dataset: string;
  chosen: Chosen;
  onChosen: (next: Chosen) => void;
}

/** The partitions of the dataset, to be selected by pointer or keyboard. */
export function GridPicker({ dataset, chosen, onChosen }: GridPickerProps) {
  const { data: health, error, refetch } = useQuery(healthQuery(dataset));
  const grid = useMemo(() => (health ? toGrid(health) : null), [health]);
  const [zoom, setZoom] = useState(1);
  const [slice, setSlice] = useState<number | undefined>(undefined);
  if (error && !grid) {
    return (
      <ErrorState
        what={`The partitions of ${dataset} could not be loaded.`}
        error={error}
        retry={() => refetch()}
      />
    );
  }
  if (!grid) {
    return (
      <Loading what={`the partitions of ${dataset}`}>
        <Skeleton className="h-[40vh] w-full" />
      </Loading>
    );
  }
  if (grid.series.every(({ cells }) => cells.length === 0)) {
    return <EmptyState title="There is no partition yet.">Its first window is not over.</EmptyState>;
  }
  const series = grid.series.length === 1 ? 0 : slice;
  return (
    <div className="flex flex-col gap-2">
      {grid.series.length > 1 && slice !== undefined && (
        <button
          type="button"
          onClick={() => setSlice(undefined)}
          className="self-start text-accent hover:underline"
        >
          {sliceName(grid.series[slice]?.slice ?? [])}: show all slices
        </button>
      )}
      <PartitionGrid
        label={`Partitions of ${dataset}`}
        grid={grid}
        series={series}
        chosen={chosen}
        onChosen={onChosen}
        onSeries={setSlice}
        zoom={ZOOM[zoom] ?? 14}
        onZoom={(step) => setZoom((now) => Math.max(0, Math.min(ZOOM.length - 1, now + step)))}
        maxHeight="40vh"
      />
      <p className="text-sm text-muted">Drag or hold Shift to select, Ctrl to add, Space for one.</p>
    </div>
  );
}
