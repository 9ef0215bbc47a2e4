import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { CellSize } from "./paint";

export interface View {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What part of the grid can be seen, kept up with scrolling and resizing. */
export function useViewport(fromRight: boolean) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ left: 0, top: 0, width: 0, height: 0 });

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const next = {
        left: element.scrollLeft,
        top: element.scrollTop,
        width: element.clientWidth,
        height: element.clientHeight,
      };
      setView((now) => (same(now, next) ? now : next));
    };
    // Time from left to right is read from its newest end.
    if (fromRight) element.scrollLeft = element.scrollWidth;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [fromRight]);

  const reveal = useCallback(({ row, col }: { row: number; col: number }, cell: CellSize) => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = within(element.scrollTop, element.clientHeight, row * cell.height, cell.height);
    element.scrollLeft = within(element.scrollLeft, element.clientWidth, col * cell.width, cell.width);
  }, []);

  return { scroller, view, reveal };
}

function within(at: number, length: number, from: number, size: number): number {
  if (from < at) return from;
  return at + length < from + size ? from + size - length : at;
}

function same(a: View, b: View): boolean {
  return a.left === b.left && a.top === b.top && a.width === b.width && a.height === b.height;
}
