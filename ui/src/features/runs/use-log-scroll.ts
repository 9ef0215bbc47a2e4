import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from "react";
import { type LogRow, rowOf } from "./log-rows";

/** How high every row is, in pixels. */
export const ROW = 20;

type OnHole = (first: number, last: number, end: "top" | "bottom") => void;

/**
 * Keeps what one reads where it is when lines come in above it, and asks for lines that are missing as
 * soon as their place is in view. Call what it gives at every scroll.
 */
export function useLogScroll(
  box: RefObject<HTMLElement | null>,
  rows: readonly LogRow[],
  follow: boolean,
  onHole: OnHole,
) {
  const kept = useRef<{ number: number; offset: number } | null>(null);
  const latest = useRef({ rows, onHole });

  const look = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const { rows: all, onHole: ask } = latest.current;
    const first = Math.floor(element.scrollTop / ROW);
    const after = Math.ceil((element.scrollTop + element.clientHeight) / ROW);
    const seen = all.slice(first, after);
    const line = seen.findIndex((row) => row.kind === "line");
    const row = seen[line];
    if (row?.kind === "line") {
      kept.current = { number: row.line.number, offset: (first + line) * ROW - element.scrollTop };
    }
    const hole = seen.findIndex((each) => each.kind === "hole");
    const gone = seen[hole];
    // One over the lines that are seen is read backwards: what is next to them comes first.
    if (gone?.kind === "hole") ask(gone.first, gone.last, line >= 0 && line < hole ? "top" : "bottom");
  }, [box]);

  useLayoutEffect(() => {
    latest.current = { rows, onHole };
    const element = box.current;
    if (!element || follow || !kept.current) return;
    const index = rowOf(rows, kept.current.number);
    if (index >= 0) element.scrollTop = index * ROW - kept.current.offset;
  }, [box, rows, follow, onHole]);

  // After the first scroll to where one begins, which other effects do.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows may have another hole in view
  useEffect(look, [look, rows]);
  return look;
}
