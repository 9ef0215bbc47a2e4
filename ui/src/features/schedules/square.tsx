import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { StateMark } from "@/components/state-badge";
import type { CalendarDay } from "@/lib/types";
import { countsInWords, kindsOf, toneOf } from "./calendar";
import { CELL } from "./cell-look";

interface SquareProps extends Omit<ComponentProps<"button">, "name"> {
  /** What the square is of, as it is read aloud: `Sunday 22 November 2026`. */
  named: string;
  cell: CalendarDay | undefined;
  onlyFailed: boolean;
  chosen: boolean;
  /** How many kinds of ticks have room for a number. */
  room: number;
  children?: ReactNode;
}

/** One day or hour: a mark and a number for each kind of its ticks, the worst first. */
export function Square({ named, cell, onlyFailed, chosen, room, children, className, ...rest }: SquareProps) {
  const kinds = cell ? kindsOf(cell).filter(([tone]) => !onlyFailed || tone === "failed") : [];
  const worst = cell && kinds.length > 0 ? toneOf(cell) : "empty";
  return (
    <button
      type="button"
      aria-pressed={chosen}
      className={clsx(
        "w-full text-left focus-visible:-outline-offset-2",
        worst === "planned" && "hatch",
        worst === "failed" && "bg-danger-soft",
        chosen ? "ring-2 ring-accent ring-inset" : "hover:bg-hover",
        className,
      )}
      {...rest}
    >
      <span className="sr-only">
        {named}: {cell ? countsInWords(cell) : "no ticks"}
      </span>
      {children}
      <span aria-hidden className="flex flex-wrap items-center gap-x-2 gap-y-0.5 overflow-hidden">
        {kinds.slice(0, room).map(([tone, count], index) => (
          <span
            key={tone}
            className={clsx("items-center gap-1", index === 0 ? "inline-flex" : "hidden sm:inline-flex")}
          >
            <StateMark look={CELL[tone]} />
            {count > 1 && <span className="hidden text-xs text-muted sm:inline">{count}</span>}
          </span>
        ))}
      </span>
    </button>
  );
}
