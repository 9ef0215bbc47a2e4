// Where each partition is on the grid. Calendars have the newest row on top; nothing here is per partition, so
// that a layout of a million costs as much as one of ten.
import {
  dateText,
  dayOfMonth,
  firstDay,
  isoWeek,
  label,
  mondayOfWeekOne,
  monthOfDay,
  monthsOf,
  startSecond,
  stepSeconds,
} from "./axis";
import { pad } from "./instants";
import type { Axis } from "./types";
import { localDay, offsetsOf, startOfDay } from "./zone-offsets";

export interface Place {
  row: number;
  col: number;
}

export interface Layout {
  rows: number;
  cols: number;
  /** The ordinal of a cell, or nothing where the calendar has a hole. */
  at(row: number, col: number): number | null;
  place(ordinal: number): Place;
  rowLabel(row: number): string;
  /** A short word above a column; empty where there would be too many. */
  colLabel(col: number): string;
  /** Something special about a row: a day of 23 hours. */
  note(row: number): string | null;
  /** What the rows and columns are, for people who cannot see them. */
  about: string;
}

interface Rows {
  /** The number of the row of an ordinal, counted upwards in time. */
  rowOf(ordinal: number): number;
  /** The first ordinal of a row, where the axis began early enough. */
  firstOf(row: number): number;
  /** Where in its row the first ordinal stands. */
  lead?(row: number): number;
  cols: number;
  rowLabel(row: number): string;
  colLabel(col: number): string;
  note?(row: number): string | null;
  about: string;
}

/** The calendar of one series of partitions, from `first` up to `end`. */
export function calendarLayout(axis: Axis, width = 1): Layout {
  return turn(axis, width === 1 ? rowsOf(axis) : chunks(axis, 32, width), width);
}

// Rows counted in time become rows counted from the top, and holes are found.
function turn(axis: Axis, rows: Rows, width: number): Layout {
  const last = Math.max(axis.first, axis.end - 1);
  const newest = rows.rowOf(last);
  const oldest = rows.rowOf(axis.first);
  return {
    rows: axis.first < axis.end ? newest - oldest + 1 : 0,
    cols: rows.cols,
    at(row, col) {
      const time = newest - row;
      const ordinal = rows.firstOf(time) + (col - (rows.lead?.(time) ?? 0)) * width;
      if (ordinal < axis.first || axis.end <= ordinal || rows.rowOf(ordinal) !== time) return null;
      return ordinal;
    },
    place(ordinal) {
      const time = rows.rowOf(ordinal);
      const col = Math.floor((ordinal - rows.firstOf(time)) / width) + (rows.lead?.(time) ?? 0);
      return { row: newest - time, col };
    },
    rowLabel: (row) => rows.rowLabel(newest - row),
    colLabel: rows.colLabel,
    note: (row) => rows.note?.(newest - row) ?? null,
    about: rows.about,
  };
}

function rowsOf(axis: Axis): Rows {
  switch (axis.unit) {
    case "day":
      return {
        rowOf: (ordinal) => monthOfDay(ordinal),
        firstOf: (month) => dayOfMonth(month),
        cols: 31,
        rowLabel: (month) => `${Math.floor(month / 12)}-${pad((month % 12) + 1)}`,
        colLabel: (col) => String(col + 1),
        about: "One row for each month, one column for each day; the newest month is on top.",
      };
    case "week":
      return {
        rowOf: (ordinal) => isoWeek(firstDay(axis, ordinal)).year,
        firstOf: (year) => (mondayOfWeekOne(year) + 3) / 7,
        cols: 53,
        rowLabel: String,
        colLabel: (col) => String(col + 1),
        about: "One row for each year, one column for each week; the newest year is on top.",
      };
    case "month":
    case "quarter":
    case "year":
      return ofMonths(axis);
    case "hour":
    case "minute":
      return ofClock(axis);
    case "cron":
      return chunks(axis, 24, 1);
    case "none":
      return chunks(axis, 1, 1);
  }
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function ofMonths(axis: Axis): Rows {
  const months = monthsOf(axis);
  if (12 <= months || 12 % months !== 0) {
    return {
      rowOf: (ordinal) => Math.floor(ordinal / 10),
      firstOf: (decade) => decade * 10,
      cols: 10,
      rowLabel: (decade) => label(axis, decade * 10),
      colLabel: (col) => `+${col}`,
      about: "Ten partitions in each row; the newest row is on top.",
    };
  }
  const each = 12 / months;
  return {
    rowOf: (ordinal) => Math.floor(ordinal / each),
    firstOf: (year) => year * each,
    cols: each,
    rowLabel: String,
    colLabel: (col) => (months === 3 ? `Q${col + 1}` : (MONTHS[col * months] ?? "")),
    about: `One row for each year, one column for each ${axis.unit}; the newest year is on top.`,
  };
}

// Hours stand in days of 23, 24 or 25; minutes, when they are many, in hours.
function ofClock(axis: Axis): Rows {
  const step = stepSeconds(axis) ?? 3600;
  const origin = startSecond(axis, axis.first);
  const end = startSecond(axis, axis.end);
  const offsets = offsetsOf(axis.zone, origin - 2 * 86_400, end + 2 * 86_400);
  const ordinalFrom = (second: number) => axis.first + Math.ceil((second - origin) / step);
  if (step < 900) {
    const shift = (((offsets[0]?.[1] ?? 0) % 3600) + 3600) % 3600;
    const hourOf = (ordinal: number) => Math.floor((origin + (ordinal - axis.first) * step + shift) / 3600);
    const firstOf = (hour: number) => ordinalFrom(hour * 3600 - shift);
    return {
      rowOf: hourOf,
      firstOf,
      cols: Math.ceil(3600 / step),
      rowLabel: (hour) => label(axis, firstOf(hour)).replace("T", " ").slice(0, 16),
      colLabel: (col) => `:${pad(Math.floor((col * step) / 60))}`,
      about: "One row for each hour; the newest hour is on top.",
    };
  }
  const longest = Math.ceil(86_400 / step);
  const changes = offsets.length > 1;
  const count = (day: number) =>
    ordinalFrom(startOfDay(offsets, day + 1)) - ordinalFrom(startOfDay(offsets, day));
  return {
    rowOf: (ordinal) => localDay(offsets, origin + (ordinal - axis.first) * step),
    firstOf: (day) => ordinalFrom(startOfDay(offsets, day)),
    cols: longest + (changes ? Math.ceil(3600 / step) : 0),
    rowLabel: dateText,
    // On a day of 25 hours the columns after the change are an hour off; the note says so.
    colLabel: (col) => (col < longest ? clockText(col * step) : "+1"),
    note: (day) => {
      const hours = (count(day) * step) / 3600;
      return hours === 24 ? null : `${hours} hours: clocks change`;
    },
    about: "One row for each day, in the dataset's time zone; the newest day is on top.",
  };
}

function clockText(seconds: number): string {
  const minute = Math.floor(seconds / 60) % 60;
  return minute === 0 ? pad(Math.floor(seconds / 3600)) : "";
}

function chunks(axis: Axis, cols: number, width: number): Rows {
  const each = cols * width;
  return {
    rowOf: (ordinal) => Math.floor((ordinal - axis.first) / each),
    firstOf: (row) => axis.first + row * each,
    cols,
    rowLabel: (row) => label(axis, axis.first + row * each),
    colLabel: (col) => (cols === 1 ? "" : `+${col * width}`),
    about:
      width === 1
        ? `${cols} partitions in each row; the newest row is on top.`
        : `Each cell stands for ${width} partitions; the newest row is on top.`,
  };
}

/** Many series: one row for each, time from left to right. */
export function matrixLayout(axis: Axis, names: readonly string[], width = 1): Layout {
  const cols = Math.ceil((axis.end - axis.first) / width);
  return {
    rows: names.length,
    cols,
    at: (_, col) => (0 <= col && col < cols ? axis.first + col * width : null),
    place: (ordinal) => ({ row: 0, col: Math.floor((ordinal - axis.first) / width) }),
    rowLabel: (row) => names[row] ?? "",
    colLabel: (col) => label(axis, axis.first + col * width),
    note: () => null,
    about: "One row for each slice, time from left to right.",
  };
}
