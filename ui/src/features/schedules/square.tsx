import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { StateMark } from "@/components/state-badge";
import type { CalendarDay } from "@/lib/types";
import { type CellTone, countsInWords, toneOf } from "./calendar";
import { CELL } from "./cell-look";

interface SquareProps extends Omit<ComponentProps<"button">, "name"> {
  /** What the square is of, as it is read aloud: `Sunday 22 November 2026`. */
  named: string;
  cell: CalendarDay | undefined;
  onlyFailed: boolean;
  chosen: boolean;
  children?: ReactNode;
}

/** One day or hour. Its mark is the worst of its ticks, its number how many they are. */
export function Square({ named, cell, onlyFailed, chosen, children, className, ...rest }: SquareProps) {
  const tone: CellTone = cell ? toneOf(cell) : "empty";
  const shown: CellTone = onlyFailed && tone !== "failed" ? "empty" : tone;
  return (
    <button
      type="button"
      aria-label={`${named}: ${cell ? countsInWords(cell) : "no ticks"}`}
      aria-pressed={chosen}
      className={clsx(
        "w-full text-left focus-visible:-outline-offset-2",
        shown === "planned" ? "hatch" : "",
        shown === "failed" && "bg-danger-soft",
        chosen ? "ring-2 ring-inset ring-accent" : "hover:bg-hover",
        className,
      )}
      {...rest}
    >
      {children}
      {shown !== "empty" && <StateMark look={CELL[shown]} />}
    </button>
  );
}
