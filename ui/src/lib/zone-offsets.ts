// When clocks change in a zone, found once for a stretch of time, so that a million instants need no `Intl`.
import { civil } from "./instants";

/** `[from, offset]`: from this second of the epoch on, clocks are so many seconds ahead of UTC. */
export type Offsets = readonly (readonly [from: number, offset: number])[];

const PROBE = 30 * 86_400;

function offsetOf(second: number, zone: string): number {
  const c = civil(new Date(second * 1000), zone);
  return Date.UTC(c.year, c.month - 1, c.day, c.hour, c.minute, c.second) / 1000 - second;
}

const known = new Map<string, Offsets>();

/** All changes between two seconds of the epoch. */
export function offsetsOf(zone: string, from: number, to: number): Offsets {
  if (zone === "UTC" || zone === "Etc/UTC") return [[from, 0]];
  const key = `${zone} ${from} ${to}`;
  const found = known.get(key);
  if (found) return found;
  const out: [number, number][] = [[from, offsetOf(from, zone)]];
  for (let at = from; at < to; at += PROBE) {
    const next = Math.min(to, at + PROBE);
    const before = out.at(-1)?.[1] ?? 0;
    const after = offsetOf(next, zone);
    if (after === before) continue;
    // Zones change at whole minutes.
    let low = Math.floor(at / 60);
    let high = Math.ceil(next / 60);
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (offsetOf(middle * 60, zone) === before) low = middle;
      else high = middle;
    }
    out.push([high * 60, after]);
  }
  known.set(key, out);
  return out;
}

/** How far clocks are ahead of UTC at this second. */
export function offsetAt(offsets: Offsets, second: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle]?.[0] ?? 0) <= second) low = middle;
    else high = middle - 1;
  }
  return offsets[low]?.[1] ?? 0;
}

/** The number of the local day of this second, counted from 1970. */
export function localDay(offsets: Offsets, second: number): number {
  return Math.floor((second + offsetAt(offsets, second)) / 86_400);
}

/** The first second of a local day. */
export function startOfDay(offsets: Offsets, day: number): number {
  const local = day * 86_400;
  // Whichever offset holds around then; of two the earlier instant that is on that day.
  const guess = local - offsetAt(offsets, local);
  const second = local - offsetAt(offsets, guess);
  const earlier = Math.min(guess, second);
  return localDay(offsets, earlier) === day ? earlier : Math.max(guess, second);
}
