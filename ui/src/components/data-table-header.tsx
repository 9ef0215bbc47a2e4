import clsx from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { Column, Sort } from "./data-table";

interface HeaderProps<Row> {
  column: Column<Row>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}

/** The head of a column; pressing it sorts, where the server can. */
export function Header<Row>({ column, sort, onSort }: HeaderProps<Row>) {
  const sorted = sort?.by === column.id ? sort : undefined;
  const align = column.align === "right" ? "justify-end text-right" : "";
  if (!column.sortable || !onSort) {
    return (
      <span role="columnheader" className={clsx("flex items-center truncate px-2 py-1.5", align)}>
        {column.header}
      </span>
    );
  }
  return (
    <span
      role="columnheader"
      aria-sort={sorted ? (sorted.descending ? "descending" : "ascending") : "none"}
      className={clsx("flex px-2 py-1.5", align)}
    >
      <button
        type="button"
        className="inline-flex min-h-6 items-center gap-1 hover:text-ink"
        onClick={() => onSort({ by: column.id, descending: sorted ? !sorted.descending : false })}
      >
        {column.header}
        {sorted &&
          (sorted.descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
      </button>
    </span>
  );
}
