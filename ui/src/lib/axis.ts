// Ordinals as text, the way the command line writes them, so that a label can be typed there.
import { civil, interval, pad } from "./instants";
import type { Axis } from "./types";

const DAY = 86_400;
/** The Monday before 1970, from which weeks are counted. */
const FIRST_MONDAY = -3;

export function isCivil(axis: Axis): boolean {
  return axis.unit !== "hour" && axis.unit !== "minute" && axis.unit !== "cron" && axis.unit !== "none";
}

/** Seconds for each partition where all last the same, else nothing. */
export function stepSeconds(axis: Axis): number | null {
  if (axis.unit === "hour") return axis.step * 3600;
  return axis.unit === "minute" ? axis.step * 60 : null;
}

/** The number of the first day, counted from 1970, where partitions are cut by date. */
export function firstDay(axis: Axis, ordinal: number): number {
  switch (axis.unit) {
    case "day":
      return ordinal;
    case "week":
      return FIRST_MONDAY + ordinal * 7;
    default:
      return dayOfMonth(ordinal * monthsOf(axis));
  }
}

export function monthsOf(axis: Axis): number {
  if (axis.unit === "year") return 12 * axis.step;
  return axis.unit === "quarter" ? 3 * axis.step : axis.step;
}

/** The first day of a month, by its number since the year 0. */
export function dayOfMonth(month: number): number {
  const year = Math.floor(month / 12);
  // `Date.UTC` takes years below 100 for those of the last century.
  return new Date(0).setUTCFullYear(year, month - year * 12, 1) / (DAY * 1000);
}

/** The number of the month of a day, since the year 0. */
export function monthOfDay(day: number): number {
  const date = new Date(day * DAY * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export function dateText(day: number): string {
  return new Date(day * DAY * 1000).toISOString().slice(0, 10);
}

/** The second of the epoch at which a partition begins, where partitions are cut by instants. */
export function startSecond(axis: Axis, ordinal: number): number {
  const step = stepSeconds(axis);
  if (step !== null) return Date.parse(axis.origin) / 1000 + (ordinal - axis.first) * step;
  return axis.starts?.[ordinal - axis.first] ?? axis.starts?.at(-1) ?? 0;
}

/** `2024-03-31`, `2024-W13`, `2024-03`, `2024-Q1`, `2024`, `2024-03-31T02:00+01:00`, `all`. */
export function label(axis: Axis, ordinal: number): string {
  switch (axis.unit) {
    case "none":
      return "all";
    case "day":
      return dateText(ordinal);
    case "week": {
      const { year, week } = isoWeek(firstDay(axis, ordinal));
      return `${pad4(year)}-W${pad(week)}`;
    }
    case "hour":
    case "minute":
    case "cron":
      return instantLabel(startSecond(axis, ordinal), axis.zone);
    default:
      return monthsLabel(monthsOf(axis), ordinal);
  }
}

function monthsLabel(months: number, ordinal: number): string {
  if (months === 12) return pad4(ordinal);
  if (months === 3) return `${pad4(Math.floor(ordinal / 4))}-Q${(((ordinal % 4) + 4) % 4) + 1}`;
  const month = ordinal * months;
  const year = Math.floor(month / 12);
  return `${pad4(year)}-${pad(month - year * 12 + 1)}`;
}

function instantLabel(second: number, zone: string): string {
  const c = civil(new Date(second * 1000), zone);
  const local = Date.UTC(c.year, c.month - 1, c.day, c.hour, c.minute, c.second) / 1000;
  const offset = Math.round((local - second) / 60);
  const clock = `${pad4(c.year)}-${pad(c.month)}-${pad(c.day)}T${pad(c.hour)}:${pad(c.minute)}`;
  if (offset === 0) return `${clock}Z`;
  const most = Math.abs(offset);
  return `${clock}${offset < 0 ? "-" : "+"}${pad(Math.floor(most / 60))}:${pad(most % 60)}`;
}

/** What a partition is called everywhere: `2024-01-01`, `2024-01-01/DE`. */
export function keyOf(axis: Axis, ordinal: number, slice: readonly string[]): string {
  return [label(axis, ordinal), ...slice].join("/");
}

/** The ordinal that a label names, and the slice, or nothing. */
export function parseKey(axis: Axis, key: string): { ordinal: number; slice: string[] } | null {
  const [text = "", ...slice] = key.split("/");
  const ordinal = ordinalOf(axis, text);
  if (ordinal === null || !Number.isSafeInteger(ordinal) || label(axis, ordinal) !== text) return null;
  return { ordinal, slice };
}

function ordinalOf(axis: Axis, text: string): number | null {
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  const [year = 0, second = 1] = numbers;
  if (numbers.length === 0 && axis.unit !== "none") return null;
  switch (axis.unit) {
    case "none":
      return 0;
    case "day":
      return Math.round(Date.parse(text) / (DAY * 1000));
    case "week":
      return (mondayOfWeekOne(year) + (second - 1) * 7 - FIRST_MONDAY) / 7;
    case "hour":
    case "minute": {
      const at = Date.parse(text) / 1000;
      const step = stepSeconds(axis) ?? 1;
      return Number.isNaN(at) ? null : axis.first + Math.floor((at - Date.parse(axis.origin) / 1000) / step);
    }
    case "cron": {
      const found = axis.starts?.indexOf(Date.parse(text) / 1000) ?? -1;
      return found < 0 ? null : axis.first + found;
    }
    default: {
      const months = monthsOf(axis);
      if (months === 12) return year;
      return months === 3 ? year * 4 + second - 1 : Math.floor((year * 12 + second - 1) / months);
    }
  }
}

/** The stretch of time a partition covers, for people: `22 Nov 05:00–06:00 UTC`, `2024-03-31`. */
export function spoken(axis: Axis, ordinal: number, now: Date): string {
  if (axis.unit === "hour" || axis.unit === "minute" || axis.unit === "cron") {
    const from = new Date(startSecond(axis, ordinal) * 1000);
    const to = new Date(startSecond(axis, ordinal + 1) * 1000);
    return interval(from, to, axis.zone, now);
  }
  if (axis.unit === "week") {
    const day = firstDay(axis, ordinal);
    return `${label(axis, ordinal)} (${dateText(day)} to ${dateText(day + 6)})`;
  }
  return label(axis, ordinal);
}

/** `20054..20084` as `2024-11-27..2024-12-27`. */
export function rangeLabel(axis: Axis, first: number, after: number): string {
  return first + 1 === after ? label(axis, first) : `${label(axis, first)}..${label(axis, after - 1)}`;
}

export function isoWeek(monday: number): { year: number; week: number } {
  const year = new Date((monday + 3) * DAY * 1000).getUTCFullYear();
  return { year, week: Math.round((monday - mondayOfWeekOne(year)) / 7) + 1 };
}

/** The Monday of the week that holds 4 January. */
export function mondayOfWeekOne(year: number): number {
  const fourth = dayOfMonth(year * 12) + 3;
  return fourth - ((((fourth + 3) % 7) + 7) % 7);
}

function pad4(value: number): string {
  return String(value).padStart(4, "0");
}
