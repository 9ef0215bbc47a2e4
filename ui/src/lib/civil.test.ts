import { describe, expect, it } from "vitest";
import { addDays, addMonths, dayIn, daysBetween, isDate, mondayOf, monthWeeks, weekOf } from "./civil";

describe("civil dates", () => {
  it("knows which days exist", () => {
    expect(isDate("2024-02-29")).toBe(true);
    expect(isDate("2026-02-29")).toBe(false);
    expect(isDate("2026-2-3")).toBe(false);
    expect(isDate("2026-13-01")).toBe(false);
  });

  it("counts days over months, years and clock changes", () => {
    expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
    expect(daysBetween("2026-10-24", "2026-10-26")).toBe(2);
  });

  it("starts weeks on Monday, also before 1970", () => {
    expect(mondayOf("2026-11-22")).toBe("2026-11-16");
    expect(mondayOf("2026-11-16")).toBe("2026-11-16");
    expect(mondayOf("1969-12-30")).toBe("1969-12-29");
    expect(weekOf("2026-11-22").at(-1)).toBe("2026-11-22");
  });

  it("lays a month out in whole weeks", () => {
    const weeks = monthWeeks("2026-11-15");
    expect(weeks.map((week) => week[0])).toEqual([
      "2026-10-26",
      "2026-11-02",
      "2026-11-09",
      "2026-11-16",
      "2026-11-23",
      "2026-11-30",
    ]);
    // A February of 28 days that starts on a Monday is exactly four weeks.
    expect(monthWeeks("2027-02-01")).toHaveLength(4);
  });

  it("moves by months without spilling over", () => {
    expect(addMonths("2026-01-31", 1)).toBe("2026-02-01");
    expect(addMonths("2026-01-01", -1)).toBe("2025-12-01");
  });

  it("says which day an instant is in a zone", () => {
    const instant = Date.parse("2026-11-22T23:30:00Z");
    expect(dayIn("Europe/Berlin", instant)).toBe("2026-11-23");
    expect(dayIn("America/St_Johns", instant)).toBe("2026-11-22");
  });
});
