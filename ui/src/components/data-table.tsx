import { useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { basePath } from "@/lib/api";
import { density } from "@/lib/preferences";
import { useKeyHints } from "@/lib/shortcuts";
import { useStore } from "@/lib/store";
import { Button } from "./button";
import { Header } from "./data-table-header";
import { fitting, leastWidth } from "./data-table-room";
import { TableRow } from "./data-table-row";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** A track of a CSS grid: `minmax(12rem,2fr)`, `6rem`. */
  width?: string;
  align?: "right";
  /** The server can sort by this; the word it is called by is the id. */
  sortable?: boolean;
  /** People may leave it out; one that is hidden is, until they want it. See `useColumns`. */
  optional?: "shown" | "hidden";
  /** It goes where there is no room for all, the highest first. Without this it stays, and the table scrolls. */
  yields?: number;
}

export interface Sort {
  by: string;
  descending: boolean;
}

export interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** What Enter and a click on a row do. Put a link in a cell, too. */
  onOpen?: (row: Row) => void;
  /** The address of a row, for opening it in another tab. */
  href?: (row: Row) => string;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  /** Keyset paging: the rest is loaded when asked for. */
  more?: { has: boolean; busy: boolean; load: () => void } | undefined;
  /** Shown instead of rows. */
  empty?: ReactNode;
  /** Old rows while others are on their way. */
  dimmed?: boolean;
  rowHeight?: number;
  /** For rows of their own heights (wrapped text); such tables are not virtual. */
  wrap?: boolean;
}

const HINTS = [
  ["j", "Next row, or arrow down"],
  ["k", "Previous row, or arrow up"],
  ["Enter", "Open"],
  ["mod+Enter", "Open in another tab"],
  ["x", "Select, with Shift a range"],
] as const;

const VIRTUAL_FROM = 100;

function scroller(): HTMLElement | null {
  return document.getElementById("main");
}

/** The one table of the program. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, rows, rowKey, onOpen, href, selected, onSelect, more, wrap = false } = props;
  const compact = useStore(density) === "compact";
  const height = props.rowHeight ?? (compact ? 26 : 34);
  const id = useId();
  useKeyHints("In a table", HINTS);
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const body = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const virtual = rows.length >= VIRTUAL_FROM && !wrap;

  useLayoutEffect(() => {
    const element = body.current;
    const main = scroller();
    if (!element || !main) return;
    setMargin(element.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop);
  }, []);

  const virtualizer = useVirtualizer({
    count: virtual ? rows.length : 0,
    getScrollElement: scroller,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: margin,
  });

  const current = Math.min(active, Math.max(0, rows.length - 1));
  const go = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    if (virtual) virtualizer.scrollToIndex(next, { align: "auto" });
    requestAnimationFrame(() => {
      const row = body.current?.querySelector<HTMLElement>(`[data-index="${next}"]`);
      row?.focus({ preventScroll: virtual });
    });
  };

  const toggle = (index: number, range: boolean) => {
    if (!onSelect) return;
    const next = new Set(selected);
    const from = range ? Math.min(anchor.current, index) : index;
    const to = range ? Math.max(anchor.current, index) : index;
    const row = rows[index];
    if (!row) return;
    const on = range || !next.has(rowKey(row));
    for (const one of rows.slice(from, to + 1)) {
      if (on) next.add(rowKey(one));
      else next.delete(rowKey(one));
    }
    anchor.current = index;
    onSelect(next);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (
      event.target instanceof HTMLElement &&
      event.target.matches("input:not([type=checkbox]),textarea,select")
    )
      return;
    const row = rows[current];
    const newTab = event.ctrlKey || event.metaKey;
    if (newTab && event.key !== "Enter") return;
    if (event.key === "ArrowDown" || event.key === "j") go(current + 1);
    else if (event.key === "ArrowUp" || event.key === "k") go(current - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(rows.length - 1);
    else if (event.key === "PageDown") go(current + 15);
    else if (event.key === "PageUp") go(current - 15);
    else if ((event.key === "x" || event.key === "X") && onSelect) toggle(current, event.shiftKey);
    else if (
      event.key === "Enter" &&
      row &&
      event.target instanceof HTMLElement &&
      event.target.dataset.index
    ) {
      if (newTab && href) window.open(basePath + href(row), "_blank", "noopener");
      else onOpen?.(row);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const offset = onSelect ? 1 : 0;
  const frame = useRef<HTMLDivElement>(null);
  const room = useRoom(frame) - offset * 32 - 16;
  const columns = useMemo(() => fitting(props.columns, room), [props.columns, room]);
  const tracks = [onSelect && "2rem", ...columns.map((column) => column.width ?? "minmax(6rem,1fr)")]
    .filter(Boolean)
    .join(" ");

  const renderRow = (row: Row, index: number, top?: number) => {
    const key = rowKey(row);
    return (
      <TableRow
        key={key}
        name={key}
        row={row}
        index={index}
        columns={columns}
        tracks={tracks}
        height={height}
        wrap={wrap}
        top={top}
        current={index === current}
        chosen={onSelect ? (selected?.has(key) ?? false) : undefined}
        onFocus={setActive}
        onOpen={onOpen}
        onToggle={toggle}
      />
    );
  };

  // What scrolls sideways cannot keep its head in view, so it only does where the columns have no room.
  const least = leastWidth(columns);
  const fits = least <= room;

  return (
    <div ref={frame} className={fits ? undefined : "overflow-x-auto"}>
      <div
        role="grid"
        aria-label={label}
        aria-rowcount={more?.has ? -1 : rows.length + 1}
        aria-colcount={columns.length + offset}
        aria-multiselectable={onSelect ? true : undefined}
        aria-busy={props.dimmed || undefined}
        onKeyDown={onKeyDown}
        style={{ minWidth: fits ? undefined : least + offset * 32 + 16 }}
        id={id}
      >
        <div
          role="row"
          aria-rowindex={1}
          className="sticky top-0 z-10 grid border-b border-line bg-panel px-2 text-sm text-muted"
          style={{ gridTemplateColumns: tracks }}
        >
          {onSelect && (
            <span role="columnheader" className="flex items-center px-2 py-1.5">
              <input
                type="checkbox"
                aria-label="Select all that are loaded"
                checked={rows.length > 0 && rows.every((row) => selected?.has(rowKey(row)))}
                onChange={(event) => onSelect(event.target.checked ? new Set(rows.map(rowKey)) : new Set())}
                className="size-4 accent-accent"
              />
            </span>
          )}
          {columns.map((column) => (
            <Header key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
          ))}
        </div>
        {rows.length > 0 && (
          <div
            ref={body}
            role="rowgroup"
            className={clsx("relative", props.dimmed && "opacity-60")}
            style={virtual ? { height: virtualizer.getTotalSize() } : undefined}
          >
            {virtual
              ? virtualizer.getVirtualItems().map((item) => {
                  const row = rows[item.index];
                  return row === undefined ? null : renderRow(row, item.index, item.start - margin);
                })
              : rows.map((row, index) => renderRow(row, index))}
          </div>
        )}
      </div>
      {rows.length === 0 && props.empty}
      {more?.has && (
        <div className="flex justify-center border-t border-line p-2">
          <Button size="small" busy={more.busy} onClick={more.load}>
            {more.busy ? "Loading…" : "Load more"}
          </Button>
        </div>
      )}
    </div>
  );
}

/** How wide an element is; without end until that is known. */
function useRoom(frame: RefObject<HTMLDivElement | null>): number {
  const [room, setRoom] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => setRoom(element.clientWidth || Number.POSITIVE_INFINITY);
    // At once, too: what is too wide must not push the page aside for one frame.
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return room;
}
