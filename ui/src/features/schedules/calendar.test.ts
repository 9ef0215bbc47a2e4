import { describe, expect, it } from "vitest";
import type { CalendarDay } from "@/lib/types";
import { byDay, countsInWords, hourRows, kindsOf, toneOf, worstFirst } from "./calendar";

function day(name: string, counts: Partial<CalendarDay> = {}): CalendarDay {
  return { day: name, planned: 0, done: 0, failed: 0, skipped: 0, open: 0, datasets: [], ...counts };
}

describe("a square of the calendar", () => {
  it("shows the worst of what it holds", () => {
    expect(toneOf(day("2026-11-22"))).toBe("empty");
    expect(toneOf(day("2026-11-22", { planned: 4 }))).toBe("planned");
    expect(toneOf(day("2026-11-22", { done: 4, planned: 1 }))).toBe("done");
    expect(toneOf(day("2026-11-22", { done: 4, failed: 1 }))).toBe("failed");
  });

  it("says its counts worst first and leaves out what is not there", () => {
    expect(countsInWords(day("2026-11-22", { planned: 2, done: 3, failed: 1 }))).toBe(
      "1 failed, 3 done, 2 planned",
    );
    expect(countsInWords(day("2026-11-22"))).toBe("no ticks");
    expect(kindsOf(day("2026-11-22", { planned: 2, failed: 1 }))).toEqual([
      ["failed", 1],
      ["planned", 2],
    ]);
  });

  it("lists datasets that need somebody first", () => {
    const counts = { planned: 0, done: 0, failed: 0, skipped: 0, open: 0 };
    const held = day("2026-11-22", {
      datasets: [
        { ...counts, dataset: "b", done: 1 },
        { ...counts, dataset: "a", done: 1 },
        { ...counts, dataset: "z", failed: 1 },
      ],
    });
    expect(worstFirst(held).map((each) => each.dataset)).toEqual(["z", "a", "b"]);
  });
});

describe("a week by hour", () => {
  it("gives an hour that a clock shows twice a row of its own", () => {
    const cells = [day("2026-10-25T02:00+02:00", { done: 1 }), day("2026-10-25T02:00+01:00", { done: 2 })];
    const rows = hourRows(cells);
    expect(rows.size).toBe(25);
    expect([...rows.keys()].slice(1, 5)).toEqual(["01", "02", "02 again", "03"]);
    expect(rows.get("02 again")?.get("2026-10-25")?.done).toBe(2);
  });

  it("leaves a hole where a clock leaves an hour out", () => {
    const rows = hourRows([day("2026-03-29T01:00+01:00"), day("2026-03-29T03:00+02:00")]);
    expect(rows.get("02")?.has("2026-03-29")).toBe(false);
    expect(rows.size).toBe(24);
  });

  it("finds days by their name", () => {
    expect(byDay([day("2026-11-22")]).has("2026-11-22")).toBe(true);
  });
});
