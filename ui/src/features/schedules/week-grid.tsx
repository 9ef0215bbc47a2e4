import clsx from "clsx";
import { dateInWords } from "@/lib/civil";
import { hourRows } from "./calendar";
import type { GridProps } from "./month-grid";
import { Square } from "./square";
import { useGridKeys } from "./use-grid-keys";

/** A week by hour. An hour that a clock shows twice has two rows, one that it leaves out a gap. */
export function WeekGrid({
  days,
  cells,
  today,
  chosen,
  onlyFailed,
  onOpen,
  onLeave,
}: GridProps & { days: string[] }) {
  const rows = [...hourRows(cells)];
  const keys = useGridKeys(rows.length, 7, [0, Math.max(0, days.indexOf(today))], onLeave);
  const tracks = "grid grid-cols-[3.5rem_repeat(7,minmax(0,1fr))]";
  return (
    <div
      ref={keys.grid}
      role="grid"
      aria-label="Ticks by hour"
      onKeyDown={keys.onKeyDown}
      className="border-t border-line"
    >
      <div role="row" className={tracks}>
        <span role="columnheader" className="border-b border-r border-line px-1 py-1 text-sm text-muted">
          <span className="sr-only">Hour</span>
        </span>
        {days.map((day) => (
          <span
            key={day}
            role="columnheader"
            className={clsx(
              "truncate border-b border-r border-line px-1 py-1 text-sm",
              day === today ? "font-semibold" : "text-muted",
            )}
          >
            <span className="sm:hidden">{Number(day.slice(8))}</span>
            <span className="hidden sm:inline">{dateInWords(day, "weekday")}</span>
          </span>
        ))}
      </div>
      {rows.map(([hour, byDate], row) => {
        const absence = hour.length > 2 ? ", which comes once that day" : ", which the clock leaves out";
        return (
          <div key={hour} role="row" className={tracks}>
            <span
              role="rowheader"
              className="border-b border-r border-line px-1 text-right text-xs leading-6 text-muted"
            >
              {hour.slice(0, 2)}:00{hour.length > 2 && " ²"}
              {hour.length > 2 && <span className="sr-only">, the second time</span>}
            </span>
            {days.map((day, column) => {
              const cell = byDate.get(day);
              return (
                <div
                  key={day}
                  role="gridcell"
                  aria-selected={cell !== undefined && chosen === cell.day}
                  className="border-b border-r border-line"
                >
                  <Square
                    named={`${dateInWords(day, "full")}, ${hour.slice(0, 2)}:00${cell ? "" : absence}`}
                    cell={cell}
                    onlyFailed={onlyFailed}
                    chosen={cell !== undefined && chosen === cell.day}
                    data-cell={`${row}-${column}`}
                    tabIndex={keys.isActive(row, column) ? 0 : -1}
                    onFocus={() => keys.setActive([row, column])}
                    onClick={() => cell && onOpen(cell.day)}
                    room={2}
                    className={clsx("flex h-6 items-center px-1", cell === undefined && "bg-line")}
                  />
                </div>
              );
            })}
          </div>
        );
      })}
    </div>
  );
}
