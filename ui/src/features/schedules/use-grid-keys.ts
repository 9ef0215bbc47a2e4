import { type KeyboardEvent, useRef, useState } from "react";

/**
 * Arrow keys in a grid of squares: one of them is in the tab order, the arrows walk, and Page Up and
 * Page Down leave for the month or week before and after.
 */
export function useGridKeys(
  rows: number,
  columns: number,
  start: [number, number],
  onLeave: (by: 1 | -1) => void,
) {
  const [active, setActive] = useState<[number, number]>(start);
  const grid = useRef<HTMLDivElement>(null);
  const row = Math.min(active[0], rows - 1);
  const column = Math.min(active[1], columns - 1);
  const go = (toRow: number, toColumn: number) => {
    setActive([toRow, toColumn]);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${toRow}-${toColumn}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const clamp = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));
    switch (event.key) {
      case "ArrowLeft":
        go(row, clamp(column - 1, columns));
        break;
      case "ArrowRight":
        go(row, clamp(column + 1, columns));
        break;
      case "ArrowUp":
        go(clamp(row - 1, rows), column);
        break;
      case "ArrowDown":
        go(clamp(row + 1, rows), column);
        break;
      case "Home":
        go(event.ctrlKey ? 0 : row, 0);
        break;
      case "End":
        go(event.ctrlKey ? rows - 1 : row, columns - 1);
        break;
      case "PageUp":
        onLeave(-1);
        break;
      case "PageDown":
        onLeave(1);
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const isActive = (atRow: number, atColumn: number) => atRow === row && atColumn === column;
  return { grid, onKeyDown, isActive, setActive };
}
