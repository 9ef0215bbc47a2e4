import clsx from "clsx";
import type { Column } from "./data-table";

interface TableRowProps<Row> {
  name: string;
  row: Row;
  index: number;
  columns: readonly Column<Row>[];
  tracks: string;
  height: number;
  wrap: boolean;
  /** Where it stands in a virtual table. */
  top: number | undefined;
  /** Whether the keyboard is at it. */
  current: boolean;
  /** Whether it is selected; nothing when rows cannot be. */
  chosen: boolean | undefined;
  onFocus: (index: number) => void;
  onOpen: ((row: Row) => void) | undefined;
  onToggle: (index: number, range: boolean) => void;
}

export function TableRow<Row>(props: TableRowProps<Row>) {
  const { name, row, index, columns, top, chosen, onOpen, height, wrap } = props;
  const offset = chosen === undefined ? 0 : 1;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-index={index}
      tabIndex={props.current ? 0 : -1}
      onFocus={() => props.onFocus(index)}
      onClick={(event) => {
        // A link or button in the row does its own thing; marked text is not a click.
        if (event.target instanceof Element && event.target.closest("a,button,input,label")) return;
        if (window.getSelection()?.toString()) return;
        onOpen?.(row);
      }}
      className={clsx(
        "grid items-center border-b border-line px-2 last:border-b-0 hover:bg-hover focus-visible:-outline-offset-2",
        chosen && "bg-chosen",
        onOpen && "cursor-pointer",
        top !== undefined && "absolute inset-x-0",
      )}
      style={{
        gridTemplateColumns: props.tracks,
        ...(wrap ? { minHeight: height } : { height }),
        ...(top !== undefined && { transform: `translateY(${top}px)` }),
      }}
    >
      {chosen !== undefined && (
        <span role="gridcell" aria-colindex={1} className="px-2">
          <input
            type="checkbox"
            aria-label={`Select ${name}`}
            tabIndex={-1}
            checked={chosen}
            onChange={() => {}}
            onClick={(event) => props.onToggle(index, event.shiftKey)}
            className="size-4 align-middle accent-accent"
          />
        </span>
      )}
      {columns.map((column, at) => (
        <span
          key={column.id}
          role="gridcell"
          aria-colindex={at + 1 + offset}
          className={clsx(
            "min-w-0 px-2",
            wrap ? "py-1" : "truncate",
            column.align === "right" && "text-right",
          )}
        >
          {column.cell(row)}
        </span>
      ))}
    </div>
  );
}
