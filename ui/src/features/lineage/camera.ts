/** Where one looks at the picture from; the same for the boxes near by and for the canvas far away. */

import type { Place } from "./layout";

export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export const ZOOM_MIN = 0.04;
export const ZOOM_MAX = 1.6;
/** Under this, or with more boxes than this in view, one canvas is drawn in their stead; its letters do not shrink. */
export const NEAR_ZOOM = 0.7;
/** In a box of less than so many pixels on the screen there is no room for its name. */
export const NAME_WIDTH = 90;
export const NEAR_BOXES = 300;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Everything in view, but not larger than life. */
export function fitInto(picture: Size, origin: Place, view: Size, margin = 32): Camera {
  const wide = (view.width - 2 * margin) / Math.max(1, picture.width);
  const high = (view.height - 2 * margin) / Math.max(1, picture.height);
  const zoom = clamp(Math.min(wide, high), ZOOM_MIN, 1);
  return {
    zoom,
    x: (view.width - picture.width * zoom) / 2 - origin.x * zoom,
    y: (view.height - picture.height * zoom) / 2 - origin.y * zoom,
  };
}

/** Nearer or farther, with the point under the pointer staying where it is. */
export function zoomAt(camera: Camera, factor: number, point: Place): Camera {
  const zoom = clamp(camera.zoom * factor, ZOOM_MIN, ZOOM_MAX);
  const scale = zoom / camera.zoom;
  return { zoom, x: point.x - (point.x - camera.x) * scale, y: point.y - (point.y - camera.y) * scale };
}

/** The least move that brings a box into view, with some air around it. */
export function reveal(camera: Camera, place: Place, box: Size, view: Size, margin = 40): Camera {
  const left = place.x * camera.zoom + camera.x;
  const top = place.y * camera.zoom + camera.y;
  const right = left + box.width * camera.zoom;
  const bottom = top + box.height * camera.zoom;
  const dx = left < margin ? margin - left : right > view.width - margin ? view.width - margin - right : 0;
  const dy = top < margin ? margin - top : bottom > view.height - margin ? view.height - margin - bottom : 0;
  return dx === 0 && dy === 0 ? camera : { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** What of the picture is seen. */
export function windowOf(
  camera: Camera,
  view: Size,
): { left: number; top: number; right: number; bottom: number } {
  const left = -camera.x / camera.zoom;
  const top = -camera.y / camera.zoom;
  return { left, top, right: left + view.width / camera.zoom, bottom: top + view.height / camera.zoom };
}

/** The box at a point of the view. */
export function hit(
  camera: Camera,
  point: Place,
  places: Readonly<Record<string, Place>>,
  box: Size,
): string | null {
  const x = (point.x - camera.x) / camera.zoom;
  const y = (point.y - camera.y) / camera.zoom;
  // Far away a box is smaller than a finger: a little beside it is meant too.
  const slack = Math.max(0, 4 / camera.zoom - 4);
  for (const [id, place] of Object.entries(places)) {
    const inside = x >= place.x - slack && x <= place.x + box.width + slack;
    if (inside && y >= place.y - slack && y <= place.y + box.height + slack) return id;
  }
  return null;
}

/** The edges of all boxes together. */
export function bounds(places: Readonly<Record<string, Place>>, box: Size): Size & Place {
  let [left, top, right, bottom] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const place of Object.values(places)) {
    left = Math.min(left, place.x);
    top = Math.min(top, place.y);
    right = Math.max(right, place.x + box.width);
    bottom = Math.max(bottom, place.y + box.height);
  }
  return Number.isFinite(left)
    ? { x: left, y: top, width: right - left, height: bottom - top }
    : { x: 0, y: 0, width: 0, height: 0 };
}
