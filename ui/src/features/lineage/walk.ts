/** Which box an arrow key leads to. */

import type { BoxEdge } from "./fold";
import { NODE_WIDTH, type Place } from "./layout";

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

export function isArrow(key: string): key is Arrow {
  return key === "ArrowLeft" || key === "ArrowRight" || key === "ArrowUp" || key === "ArrowDown";
}

/**
 * Left and right follow the edges: to the neighbour that stands nearest in height. Up and down stay in the
 * column. With nowhere to go the answer is where we are.
 */
export function step(
  at: string,
  arrow: Arrow,
  places: Readonly<Record<string, Place>>,
  edges: readonly Pick<BoxEdge, "from" | "to">[],
): string {
  const here = places[at];
  if (!here) return Object.keys(places)[0] ?? at;
  if (arrow === "ArrowLeft" || arrow === "ArrowRight") {
    const ahead = arrow === "ArrowRight";
    const near = edges
      .filter((edge) => (ahead ? edge.from : edge.to) === at)
      .map((edge) => (ahead ? edge.to : edge.from));
    return nearest(near, here, places) ?? at;
  }
  const sign = arrow === "ArrowDown" ? 1 : -1;
  const column = Object.keys(places).filter((id) => {
    const place = places[id];
    return (
      place !== undefined && Math.abs(place.x - here.x) < NODE_WIDTH / 2 && sign * (place.y - here.y) > 0
    );
  });
  return nearest(column, here, places) ?? at;
}

function nearest(
  ids: readonly string[],
  here: Place,
  places: Readonly<Record<string, Place>>,
): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const id of ids) {
    const place = places[id];
    if (!place) continue;
    const distance = Math.abs(place.y - here.y) + Math.abs(place.x - here.x) / 10_000;
    if (distance < least) [best, least] = [id, distance];
  }
  return best;
}
