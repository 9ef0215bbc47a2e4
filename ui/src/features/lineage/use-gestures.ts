import { type RefObject, useEffect, useRef } from "react";
import { type Camera, zoomAt } from "./camera";
import type { Place } from "./layout-part";

/** So far a pointer may stray between down and up, and it still is a click. */
const CLICK = 4;

interface Gestures {
  camera: RefObject<Camera>;
  look: (next: Camera) => void;
  /** A click or tap that was no drag, in the coordinates of the element. */
  onClick: (point: Place) => void;
}

/** Drag to move, wheel or two fingers to zoom. Renders nothing: it only moves the camera. */
export function useGestures(box: RefObject<HTMLElement | null>, gestures: Gestures): void {
  const latest = useRef(gestures);
  latest.current = gestures;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const down = new Map<number, Place>();
    let from: Place | null = null;
    let moved = false;
    const pointOf = (event: MouseEvent): Place => {
      const area = element.getBoundingClientRect();
      return { x: event.clientX - area.left, y: event.clientY - area.top };
    };
    const move = (change: (camera: Camera) => Camera) =>
      latest.current.look(change(latest.current.camera.current));

    const onDown = (event: PointerEvent) => {
      if (event.button !== 0 || isControl(event.target)) return;
      down.set(event.pointerId, pointOf(event));
      from = down.size === 1 ? pointOf(event) : null;
      moved = down.size > 1;
    };
    const onMove = (event: PointerEvent) => {
      const before = down.get(event.pointerId);
      if (!before) return;
      const now = pointOf(event);
      if (!moved && from && Math.hypot(now.x - from.x, now.y - from.y) < CLICK) return;
      // Only a drag is captured: captured from the start, a click would not reach what it is on.
      if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
      moved = true;
      down.set(event.pointerId, now);
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const factor =
          Math.hypot(now.x - other.x, now.y - other.y) /
          Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
        move((camera) => zoomAt(camera, factor, other));
      } else
        move((camera) => ({ ...camera, x: camera.x + now.x - before.x, y: camera.y + now.y - before.y }));
    };
    const onUp = (event: PointerEvent) => {
      const was = down.delete(event.pointerId);
      if (was && !moved && event.type === "pointerup") latest.current.onClick(pointOf(event));
    };
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      // Lines and pages, where a browser counts in them, are made pixels.
      const pixels = event.deltaY * (event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? 400 : 1);
      const factor = 2 ** (-pixels * (event.ctrlKey ? 0.01 : 0.002));
      move((camera) => zoomAt(camera, factor, pointOf(event)));
    };
    element.addEventListener("pointerdown", onDown);
    element.addEventListener("pointermove", onMove);
    element.addEventListener("pointerup", onUp);
    element.addEventListener("pointercancel", onUp);
    // Not passive: the page must not scroll while one zooms.
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", onDown);
      element.removeEventListener("pointermove", onMove);
      element.removeEventListener("pointerup", onUp);
      element.removeEventListener("pointercancel", onUp);
      element.removeEventListener("wheel", onWheel);
    };
  }, [box]);
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button,a,input") !== null;
}
