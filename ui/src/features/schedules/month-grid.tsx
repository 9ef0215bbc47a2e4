import clsx from "clsx";
import { dateInWords } from "@/lib/civil";
import type { CalendarDay } from "@/lib/types";
import { byDay } from "./calendar";
import { Square } from "./square";
import { useGridKeys } from "./use-grid-keys";

export interface GridProps {
  cells: readonly CalendarDay[];
  today: string;
  chosen: string | undefined;
  onlyFailed: boolean;
  onOpen: (cell: string) => void;
  onLeave: (by: 1 | -1) => void;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** A month by day, weeks from Monday. Days of other months are there, and paler. */
export function MonthGrid({
  weeks,
  month,
  cells,
  today,
  chosen,
  onlyFailed,
  onOpen,
  onLeave,
}: GridProps & { weeks: string[][]; month: string }) {
  const days = byDay(cells);
  const at = weeks
    .flat()
    .indexOf(
      weeks.flat().includes(today) ? today : (weeks.flat().find((day) => day.startsWith(month)) ?? ""),
    );
  const keys = useGridKeys(weeks.length, 7, [Math.floor(Math.max(at, 0) / 7), Math.max(at, 0) % 7], onLeave);
  return (
    <div
      ref={keys.grid}
      role="grid"
      aria-label="Ticks by day"
      onKeyDown={keys.onKeyDown}
      className="border-l border-t border-line"
    >
      <div role="row" className="grid grid-cols-7">
        {WEEKDAYS.map((weekday) => (
          <span
            key={weekday}
            role="columnheader"
            className="border-b border-r border-line px-2 py-1 text-sm text-muted"
          >
            {weekday}
          </span>
        ))}
      </div>
      {weeks.map((week, row) => (
        <div key={week[0]} role="row" className="grid grid-cols-7">
          {week.map((day, column) => {
            const cell = days.get(day);
            return (
              <div
                key={day}
                role="gridcell"
                aria-selected={chosen === day}
                className="border-b border-r border-line"
              >
                <Square
                  named={dateInWords(day, "full")}
                  cell={cell}
                  onlyFailed={onlyFailed}
                  chosen={chosen === day}
                  room={4}
                  data-cell={`${row}-${column}`}
                  tabIndex={keys.isActive(row, column) ? 0 : -1}
                  onFocus={() => keys.setActive([row, column])}
                  onClick={() => onOpen(cell?.day ?? day)}
                  className="flex h-16 flex-col justify-between p-1.5 md:h-20"
                >
                  <span
                    aria-hidden
                    className={clsx(
                      "self-start text-sm",
                      day === today && "rounded bg-accent px-1 font-semibold text-accent-ink",
                      day !== today && (day.startsWith(month) ? "font-medium" : "text-muted"),
                    )}
                  >
                    {Number(day.slice(8))}
                  </span>
                </Square>
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}
