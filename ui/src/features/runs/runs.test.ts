import { describe, expect, it } from "vitest";
import type { Attempt, Histogram } from "@/lib/types";
import { barsOf, brushed, stripText } from "./histogram";
import { timelineOf } from "./lanes";
import { isFiltered, runsSearch, spanOf, toggleState } from "./runs-search";

describe("the address of the list", () => {
  it("keeps what it understands and drops the rest", () => {
    const search = runsSearch({
      state: "failed,nonsense,running",
      backfill: "17",
      from: "not a time",
      order: "newest",
      x: 1,
    });
    expect(search).toEqual({ state: ["running", "failed"], backfill: 17 });
    expect(isFiltered(search)).toBe(true);
    expect(isFiltered(runsSearch({ from: "2026-11-22T00:00:00Z" }))).toBe(false);
  });

  it("turns states on and off, and forgets an empty choice", () => {
    expect(toggleState(undefined, "failed")).toEqual(["failed"]);
    expect(toggleState(["failed"], "running")).toEqual(["running", "failed"]);
    expect(toggleState(["failed"], "failed")).toBeUndefined();
  });

  it("looks at the last day, up to a whole minute", () => {
    const span = spanOf({}, new Date("2026-11-22T06:14:31Z"));
    expect(span.to.toISOString()).toBe("2026-11-22T06:15:00.000Z");
    expect(span.from.toISOString()).toBe("2026-11-21T06:15:00.000Z");
  });

  it("puts ends the right way round", () => {
    const span = spanOf({ from: "2026-11-22T00:00:00Z", to: "2026-11-21T00:00:00Z" }, new Date());
    expect(span.from < span.to).toBe(true);
  });
});

describe("the strip", () => {
  const histogram: Histogram = {
    seconds: 900,
    buckets: [
      { at: "2026-11-22T00:00:00Z", succeeded: 999, failed: 1, cancelled: 0 },
      { at: "2026-11-22T00:15:00Z", succeeded: 500, failed: 0, cancelled: 100 },
    ],
  };

  it("shows one failure among a thousand, and never overflows", () => {
    const [first, second] = barsOf(histogram);
    expect(first?.failed).toBeGreaterThanOrEqual(0.05);
    expect((first?.failed ?? 0) + (first?.succeeded ?? 0)).toBeLessThanOrEqual(1);
    expect(second?.succeeded).toBeCloseTo(0.5);
  });

  it("says what it shows", () => {
    expect(stripText(histogram)).toBe("1499 runs succeeded, 1 failed and 100 were cancelled.");
  });

  it("takes whole buckets, whichever way one drags", () => {
    const span = { from: new Date("2026-11-22T00:00:00Z"), to: new Date("2026-11-22T10:00:00Z") };
    const there = brushed(span, 900, 0.21, 0.43);
    expect(there?.from.toISOString()).toBe("2026-11-22T02:00:00.000Z");
    expect(there?.to.toISOString()).toBe("2026-11-22T04:30:00.000Z");
    expect(brushed(span, 900, 0.43, 0.21)).toEqual(there);
    expect(brushed(span, 900, 0.5, 0.501)).toBeNull();
  });
});

describe("attempts over time", () => {
  const attempt = (number: number, started: string, ended: string | null): Attempt => ({
    number,
    worker: 7,
    host: "w",
    state: ended ? "failed" : "running",
    started_at: started,
    ended_at: ended,
  });
  const created_at = "2026-11-22T06:00:00Z";

  it("stand where they ran, with the waits between", () => {
    const attempts = [
      attempt(1, "2026-11-22T06:01:00Z", "2026-11-22T06:02:00Z"),
      attempt(2, "2026-11-22T06:04:00Z", null),
    ];
    const timeline = timelineOf({ created_at, state: "running", attempts }, new Date("2026-11-22T06:10:00Z"));
    expect(timeline.lanes.map((lane) => [lane.start, lane.width, lane.waitSeconds, lane.runSeconds])).toEqual(
      [
        [0.1, 0.1, 60, 60],
        [0.4, 0.6, 120, 360],
      ],
    );
    expect(timeline.waiting).toBeNull();
  });

  it("say how long it has waited since", () => {
    const attempts = [attempt(1, "2026-11-22T06:01:00Z", "2026-11-22T06:02:00Z")];
    const timeline = timelineOf({ created_at, state: "backoff", attempts }, new Date("2026-11-22T06:04:00Z"));
    expect(timeline.waiting).toEqual({ start: 0.5, width: 0.5, seconds: 120 });
    expect(
      timelineOf({ created_at, state: "ready", attempts: [] }, new Date(created_at)).waiting?.seconds,
    ).toBeCloseTo(0);
  });
});
