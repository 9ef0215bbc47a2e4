import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { stepSeconds } from "@/lib/axis";
import { useNow } from "@/lib/clock";
import { calendarLayout, matrixLayout } from "@/lib/grid-layout";
import type { Grid } from "@/lib/health";
import { has } from "@/lib/ranges";
import { add, type Chosen, remove, sliceName } from "@/lib/selection";
import { useKeyHints } from "@/lib/shortcuts";
import type { Standing } from "@/lib/types";
import { ColumnLabels, RowLabels, RowNotes } from "./labels";
import { makeTiles, paint, readPalette } from "./paint";
import { between, type Cell, cellAt, type Geometry, move, newest, placeOf } from "./use-keys";
import { usePointer } from "./use-pointer";
import { useViewport } from "./use-viewport";
import { cellWords } from "./words";

export interface PartitionGridProps {
  label: string;
  grid: Grid;
  /** Which series a calendar shows; without it and with several, each is a row. */
  series?: number | undefined;
  chosen: Chosen;
  onChosen: (next: Chosen) => void;
  /** States that stand out; none means all. */
  only?: ReadonlySet<Standing>;
  /** The partition whose details are open. */
  open?: Cell | null;
  onOpen?: (cell: Cell) => void;
  onSeries?: (series: number) => void;
  /** The height of a row, in pixels. */
  zoom?: number;
  onZoom?: (step: 1 | -1) => void;
  /** A finger cannot drag here, since that scrolls: with this, a tap selects. */
  tapSelects?: boolean;
  maxHeight?: string;
}

const HINTS = [
  ["arrows", "Move; left and right follow time"],
  ["shift+arrows", "Select a range"],
  ["Space", "Add or take away one"],
  ["Enter", "Details"],
  ["n", "Next older problem"],
  ["N", "Next newer problem"],
  ["h", "Go to the newest"],
  ["mod+a", "Select all"],
  ["+", "Larger cells"],
  ["-", "Smaller cells"],
  ["Escape", "Clear the selection"],
] as const;

/** Room at the left for the names of slices; calendars take what their labels need. */
const GUTTER = 88;
const WIDE_FROM = 26;
/** Room at the right, where rows of hours may have something to say. */
const NOTE = 150;

/**
 * All partitions of a dataset as a picture that can be walked and selected by mouse and keyboard.
 * It is drawn on a canvas; one element beside it says in words what the active cell is.
 */
export function PartitionGrid(props: PartitionGridProps) {
  const { grid, chosen, onChosen, zoom = 20 } = props;
  const matrix = props.series === undefined && grid.series.length > 1;
  const series = props.series ?? 0;
  const id = useId();
  const now = useNow();
  const canvas = useRef<HTMLCanvasElement>(null);
  const twin = useRef<HTMLDivElement>(null);
  useKeyHints("In the grid", HINTS);
  const { axis } = grid.health;

  const layout = useMemo(() => {
    if (!matrix) return calendarLayout(axis, grid.width);
    return matrixLayout(
      axis,
      grid.series.map(({ slice }) => slice.join(" / ")),
      grid.width,
    );
  }, [axis, grid, matrix]);
  const geometry: Geometry = useMemo(
    () => ({ grid, layout, matrix, series }),
    [grid, layout, matrix, series],
  );

  const gutter = matrix ? GUTTER : layout.rowLabel(0).length * 7.5 + 10;
  const { scroller, view, reveal } = useViewport(matrix);
  const room = Math.max(200, view.width - (stepSeconds(axis) === null ? 0 : NOTE));
  const cell = useMemo(() => {
    // All columns in the room there is; from some size on, cells that a finger can hit.
    const least = WIDE_FROM <= zoom ? zoom : 7;
    const wide = matrix ? zoom - 4 : Math.max(least, Math.min(44, Math.floor(room / layout.cols)));
    return { width: wide, height: zoom };
  }, [matrix, zoom, room, layout.cols]);

  const [active, setActive] = useState<Cell>(() => props.open ?? newest(grid, series));
  const [focused, setFocused] = useState(false);
  const anchor = useRef<Cell | null>(null);
  const spot = placeOf(geometry, active);

  // The theme is part of the picture.
  const [themed, setThemed] = useState(0);
  useEffect(() => {
    const renew = () => setThemed((times) => times + 1);
    window.addEventListener("tidemill:theme", renew);
    return () => window.removeEventListener("tidemill:theme", renew);
  }, []);
  const ratio = window.devicePixelRatio || 1;
  const art = useMemo(() => {
    void themed;
    const palette = readPalette();
    return { palette, tiles: makeTiles(grid, palette, cell, ratio) };
  }, [themed, grid, cell, ratio]);

  const nameOf = (of: number) => sliceName(grid.series[of]?.slice ?? []);
  const select = (from: Cell, to: Cell, keep: boolean, off = false) => {
    let next: Chosen = keep ? chosen : new Map();
    for (const part of between(geometry, from, to)) {
      next = (off ? remove : add)(next, nameOf(part.series), [[part.first, Math.min(part.after, axis.end)]]);
    }
    onChosen(next);
  };
  const isChosen = (one: Cell) => has(chosen.get(nameOf(one.series)) ?? [], one.ordinal);

  const pointer = usePointer({
    cellFrom: (x, y) =>
      cellAt(geometry, Math.floor((y + view.top) / cell.height), Math.floor((x + view.left) / cell.width)),
    onClick: (one, event) => {
      setActive(one);
      if (props.tapSelects && event.pointerType === "touch") {
        select(one, one, true, isChosen(one));
        follow();
      } else if (event.shiftKey) select(anchor.current ?? active, one, event.ctrlKey || event.metaKey);
      else if (event.ctrlKey || event.metaKey) select(one, one, true, isChosen(one));
      else props.onOpen?.(one);
      if (!event.shiftKey) anchor.current = one;
    },
    onDrag: (from, to, event) => {
      anchor.current = from;
      setActive(to);
      select(from, to, event.ctrlKey || event.metaKey);
    },
  });

  // The grid may reach beyond the page, or below the bar of the selection.
  const follow = () =>
    requestAnimationFrame(() => twin.current?.scrollIntoView({ block: "nearest", inline: "nearest" }));
  const go = (to: Cell) => {
    setActive(to);
    reveal(placeOf(geometry, to), cell);
    follow();
  };

  // Whoever opens a partition from elsewhere wants to see it here.
  const opened = props.open;
  useEffect(() => {
    if (!opened) return;
    setActive(opened);
    reveal(placeOf(geometry, opened), cell);
  }, [opened, geometry, cell, reveal]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey) return;
    const to = move(geometry, active, event, Math.max(1, Math.floor(view.height / cell.height) - 1));
    if (to !== undefined) {
      if (to) {
        if (event.shiftKey && event.key !== "N") {
          anchor.current ??= active;
          select(anchor.current, to, event.ctrlKey || event.metaKey);
        } else anchor.current = null;
        go(to);
      }
    } else if (event.key === " ") select(active, active, true, isChosen(active));
    else if (event.key === "Enter") props.onOpen?.(active);
    else if (event.key === "Escape" && chosen.size > 0) onChosen(new Map());
    else if ((event.key === "a" || event.key === "A") && (event.ctrlKey || event.metaKey)) {
      select(
        { series: active.series, ordinal: axis.first },
        { series: active.series, ordinal: axis.end - 1 },
        false,
      );
    } else if (event.key === "+" || event.key === "=") props.onZoom?.(1);
    else if (event.key === "-") props.onZoom?.(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  useLayoutEffect(() => {
    const element = canvas.current;
    const cx = element?.getContext("2d");
    if (!element || !cx || view.width === 0) return;
    const width = Math.round(view.width * ratio);
    const height = Math.round(view.height * ratio);
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    const { only } = props;
    paint(cx, {
      grid,
      layout,
      seriesOf: (row) => (matrix ? row : series),
      rangesOf: (of) => chosen.get(sliceName(grid.series[of]?.slice ?? [])) ?? [],
      ...art,
      cell,
      ratio,
      view,
      shown: (state) => {
        const standing = grid.states[state];
        return !only || only.size === 0 || (standing !== undefined && only.has(standing));
      },
      active: focused ? spot : null,
      open: props.open ? placeOf(geometry, props.open) : null,
    });
  });

  const words = cellWords(grid, active, now, isChosen(active));
  const hover = pointer.hover && cellWords(grid, pointer.hover.cell, now, isChosen(pointer.hover.cell));
  const height = layout.rows * cell.height;

  return (
    <div className="min-w-0">
      <div className="relative flex min-w-0">
        <RowLabels
          layout={layout}
          cell={cell}
          view={view}
          width={gutter}
          onSeries={matrix ? props.onSeries : undefined}
        />
        <div className="min-w-0 grow">
          <ColumnLabels layout={layout} cell={cell} view={view} />
          <div
            ref={scroller}
            role="grid"
            aria-label={`${props.label}. ${layout.about}`}
            aria-rowcount={layout.rows}
            aria-colcount={layout.cols}
            aria-multiselectable="true"
            aria-activedescendant={`${id}-active`}
            tabIndex={0}
            onKeyDown={onKeyDown}
            onFocus={(event) => {
              setFocused(true);
              // A click must find the cell that it was aimed at where it was.
              if (event.currentTarget.matches(":focus-visible")) reveal(spot, cell);
            }}
            onBlur={() => setFocused(false)}
            {...pointer.handlers}
            className="relative overflow-auto overscroll-contain"
            style={{ height: height + 14, maxHeight: props.maxHeight ?? "62vh" }}
          >
            <canvas
              ref={canvas}
              aria-hidden="true"
              className="sticky left-0 top-0 block"
              style={{ width: view.width, height: view.height, marginBottom: -view.height }}
            />
            <div aria-hidden="true" style={{ height, width: layout.cols * cell.width }} />
            {/* It lies where the cell is drawn, so that it can be scrolled to. */}
            <div
              ref={twin}
              role="row"
              aria-rowindex={spot.row + 1}
              className="sr-only"
              style={{ ...cell, top: spot.row * cell.height, left: spot.col * cell.width, margin: 0 }}
            >
              <div
                role="gridcell"
                id={`${id}-active`}
                aria-colindex={spot.col + 1}
                aria-selected={isChosen(active)}
              >
                {words.where}. {words.state}
              </div>
            </div>
          </div>
        </div>
        {!matrix && (
          <RowNotes layout={layout} cell={cell} view={view} left={gutter + layout.cols * cell.width + 8} />
        )}
        {pointer.hover && hover && (
          <div
            aria-hidden="true"
            className="pointer-events-none fixed z-30 max-w-xs rounded border border-line-strong bg-raised px-2 py-1 text-sm shadow-md"
            style={{
              left: Math.min(pointer.hover.x + 14, window.innerWidth - 300),
              top: pointer.hover.y + 18,
            }}
          >
            <div className="font-medium">{hover.where}</div>
            <div className="text-muted">{hover.state}</div>
          </div>
        )}
      </div>
    </div>
  );
}
