import type { Layout } from "@/lib/grid-layout";
import type { CellSize } from "./paint";
import type { View } from "./use-viewport";

interface RowLabelsProps {
  layout: Layout;
  cell: CellSize;
  view: View;
  width: number;
  onSeries?: ((series: number) => void) | undefined;
}

/** Words beside the rows in view; notes stand at the right end of a row. */
export function RowLabels({ layout, cell, view, width, onSeries }: RowLabelsProps) {
  const rows = seen(view.top, view.height, cell.height, layout.rows);
  // Below 14 pixels labels would touch; every other one is enough.
  const each = cell.height < 14 ? 2 : 1;
  return (
    <div
      className="relative mt-5 shrink-0 overflow-hidden text-sm text-muted"
      style={{ width, height: view.height }}
    >
      {rows.map((row) => {
        const place = {
          top: row * cell.height - view.top,
          height: cell.height,
          lineHeight: `${cell.height - 1}px`,
        };
        const text = layout.rowLabel(row);
        if (onSeries) {
          return (
            <button
              key={row}
              type="button"
              title={`Show only ${text}`}
              onClick={() => onSeries(row)}
              className="absolute left-0 right-2 truncate text-left hover:text-ink hover:underline"
              style={place}
            >
              {text}
            </button>
          );
        }
        if (row % each !== 0) return null;
        return (
          <span
            key={row}
            aria-hidden="true"
            className="absolute left-0 right-2 truncate text-right"
            style={place}
          >
            {text}
          </span>
        );
      })}
    </div>
  );
}

/** What is special about rows in view, at their right end. */
export function RowNotes({ layout, cell, view, left }: Omit<RowLabelsProps, "width"> & { left: number }) {
  return (
    <div
      className="pointer-events-none absolute right-0 top-5 overflow-hidden text-sm text-muted"
      style={{ left, height: view.height }}
    >
      {seen(view.top, view.height, cell.height, layout.rows).map((row) => {
        const note = layout.note(row);
        return note === null ? null : (
          <span
            key={row}
            className="absolute left-0 whitespace-nowrap"
            style={{ top: row * cell.height - view.top, lineHeight: `${cell.height - 1}px` }}
          >
            {note}
          </span>
        );
      })}
    </div>
  );
}

export function ColumnLabels({ layout, cell, view }: { layout: Layout; cell: CellSize; view: View }) {
  const cols = seen(view.left, view.width, cell.width, layout.cols);
  const longest = Math.max(layout.colLabel(0).length, layout.colLabel(layout.cols - 1).length);
  const sample = longest * 7 + 6;
  const each = Math.max(1, Math.ceil(sample / cell.width));
  return (
    <div aria-hidden="true" className="relative h-5 overflow-hidden text-xs text-muted">
      {cols
        .filter((col) => col % each === 0)
        .map((col) => (
          <span
            key={col}
            className="absolute top-0.5 whitespace-nowrap text-center"
            style={{ left: col * cell.width - view.left, width: each === 1 ? cell.width - 1 : undefined }}
          >
            {layout.colLabel(col)}
          </span>
        ))}
    </div>
  );
}

function seen(from: number, length: number, each: number, most: number): number[] {
  const first = Math.max(0, Math.floor(from / each));
  const after = Math.min(most, Math.ceil((from + length) / each));
  return Array.from({ length: Math.max(0, after - first) }, (_, index) => first + index);
}
