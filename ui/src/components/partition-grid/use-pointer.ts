import { type PointerEvent, useRef, useState } from "react";
import type { Cell } from "./use-keys";

interface PointerOptions {
  /** The cell below a point of the picture. */
  cellFrom: (x: number, y: number) => Cell | null;
  onClick: (cell: Cell, event: PointerEvent) => void;
  onDrag: (from: Cell, to: Cell, event: PointerEvent) => void;
}

interface Hover {
  cell: Cell;
  x: number;
  y: number;
}

/** Tells clicks from drags, and says which cell the pointer is over. */
export function usePointer({ cellFrom, onClick, onDrag }: PointerOptions) {
  const [hover, setHover] = useState<Hover | null>(null);
  const from = useRef<Cell | null>(null);
  const dragged = useRef(false);

  const find = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return cellFrom(event.clientX - box.left, event.clientY - box.top);
  };
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLElement>) {
      // A finger scrolls; it selects by tapping.
      if (event.button !== 0 || event.pointerType === "touch") return;
      const box = event.currentTarget;
      // Not on the scroll bar.
      if (box.clientWidth <= event.nativeEvent.offsetX && event.target === box) return;
      from.current = find(event);
      dragged.current = false;
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      const cell = find(event);
      setHover(cell && event.pointerType !== "touch" ? { cell, x: event.clientX, y: event.clientY } : null);
      const start = from.current;
      if (!start || !cell || (event.buttons & 1) === 0) return;
      if (!dragged.current && same(start, cell)) return;
      if (!dragged.current) event.currentTarget.setPointerCapture(event.pointerId);
      dragged.current = true;
      onDrag(start, cell, event);
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      const cell = find(event);
      const clicked = event.pointerType === "touch" || (from.current && cell && same(from.current, cell));
      if (cell && clicked && !dragged.current && event.button === 0) onClick(cell, event);
      from.current = null;
      dragged.current = false;
    },
    onPointerCancel() {
      from.current = null;
      dragged.current = false;
    },
    onPointerLeave: () => setHover(null),
  };
  return { hover, handlers };
}

function same(a: Cell, b: Cell): boolean {
  return a.series === b.series && a.ordinal === b.ordinal;
}
