import { expect, test } from "vitest";
import { keyOf, label, parseKey, spoken } from "./axis";
import { calendarLayout } from "./grid-layout";
import type { Axis } from "./types";

function axis(unit: Axis["unit"], first: number, end: number, more: Partial<Axis> = {}): Axis {
  return { unit, step: 1, zone: "Europe/Berlin", first, end, origin: "2026-01-01T00:00:00Z", ...more };
}

const days = (text: string) => Date.parse(text) / 86_400_000;
/** Hours of Berlin from the first midnight of October 2026. */
const hours = axis("hour", 1000, 1000 + 31 * 24 + 1, { origin: "2026-09-30T22:00:00Z" });

test.each([
  [axis("day", 0, 1), days("2024-02-29"), "2024-02-29"],
  [axis("day", 0, 1), -1, "1969-12-31"],
  [axis("week", 0, 1), 0, "1970-W01"],
  [axis("week", 0, 1), 2661, "2020-W53"],
  [axis("month", 0, 1), 2026 * 12 + 10, "2026-11"],
  [axis("month", 0, 1, { step: 6 }), 2026 * 2 + 1, "2026-07"],
  [axis("quarter", 0, 1), 2026 * 4 + 3, "2026-Q4"],
  [axis("year", 0, 1), 1999, "1999"],
  [axis("none", 0, 1), 0, "all"],
  [hours, 1000, "2026-10-01T00:00+02:00"],
  [axis("hour", 5, 9, { zone: "UTC" }), 6, "2026-01-01T01:00Z"],
  [axis("cron", 5, 7, { starts: [1_767_225_600, 1_767_232_800] }), 6, "2026-01-01T03:00+01:00"],
])("a label is what the command line prints: %o %d", (of, ordinal, text) => {
  expect(label(of, ordinal)).toBe(text);
  expect(parseKey(of, keyOf(of, ordinal, ["DE"]))).toEqual({ ordinal, slice: ["DE"] });
});

test("what is no label is no key", () => {
  for (const text of ["", "soon", "2024-13-01", "2024"]) expect(parseKey(axis("day", 0, 1), text)).toBeNull();
});

test("people read the whole stretch", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  expect(spoken(hours, 1000, now)).toBe("1 Oct 00:00–01:00 CEST");
  expect(spoken(axis("week", 0, 1), 2968, now)).toBe("2026-W47 (2026-11-16 to 2026-11-22)");
});

const LAYOUTS: Axis[] = [
  axis("day", days("2023-12-15"), days("2026-11-23")),
  axis("week", 2600, 2968),
  axis("month", 2020 * 12 + 4, 2026 * 12 + 11),
  axis("month", 2020 * 6, 2026 * 6, { step: 2 }),
  axis("month", 200, 260, { step: 5 }),
  axis("quarter", 2019 * 4 + 2, 2026 * 4 + 3),
  axis("year", 1994, 2027),
  axis("none", 0, 1),
  hours,
  axis("hour", 0, 9000, { zone: "America/St_Johns", origin: "2025-12-31T03:30:00Z" }),
  axis("hour", 0, 2000, { step: 2, origin: "2026-08-01T22:00:00Z" }),
  axis("minute", 0, 3000, { step: 5, origin: "2026-03-28T23:20:00Z" }),
  axis("minute", 0, 9000, { step: 15, zone: "Australia/Lord_Howe", origin: "2026-03-20T13:00:00Z" }),
  axis("cron", 3, 100, { starts: Array.from({ length: 97 }, (_, i) => i * 9000) }),
];

test.each(LAYOUTS)("every partition has one cell, and the cell that partition: $unit $zone", (of) => {
  const layout = calendarLayout(of);
  const seen = new Set<string>();
  for (let ordinal = of.first; ordinal < of.end; ordinal += 1) {
    const { row, col } = layout.place(ordinal);
    expect(layout.at(row, col)).toBe(ordinal);
    expect(row).toBeGreaterThanOrEqual(0);
    expect(row).toBeLessThan(layout.rows);
    expect(col).toBeLessThan(layout.cols);
    seen.add(`${row} ${col}`);
  }
  expect(seen.size).toBe(of.end - of.first);
  let cells = 0;
  for (let row = 0; row < layout.rows; row += 1) {
    for (let col = 0; col < layout.cols; col += 1) cells += layout.at(row, col) === null ? 0 : 1;
  }
  expect(cells).toBe(of.end - of.first);
});

test("the day on which clocks go back has 25 hours, and says so", () => {
  const layout = calendarLayout(hours);
  const row = 31 - 25;
  expect(layout.rowLabel(row)).toBe("2026-10-25");
  expect(layout.at(row, 24)).not.toBeNull();
  expect(layout.note(row)).toBe("25 hours: clocks change");
  expect(layout.at(row - 1, 24)).toBeNull();
  expect(layout.note(row - 1)).toBeNull();
});

test("a wide cell stands for several partitions", () => {
  const of = axis("hour", 0, 1000, { zone: "UTC" });
  const layout = calendarLayout(of, 10);
  expect(layout.rows * layout.cols).toBeGreaterThanOrEqual(100);
  expect(layout.at(layout.place(470).row, layout.place(470).col)).toBe(470);
});
