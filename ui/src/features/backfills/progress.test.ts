import { describe, expect, it } from "vitest";
import type { Backfill, BackfillStep, PlanBlocked, PlanEstimate, PlanRange, PlanStep } from "@/lib/types";
import { estimateText, launchLabel, names } from "./estimate";
import { blockedText, rangesText, rangeText, reasonText, wavesOf } from "./plan-text";
import {
  barText,
  datasetsText,
  etaText,
  failuresText,
  limitOf,
  madeOf,
  rateText,
  segmentsOf,
  stepWaves,
  unmadeText,
} from "./progress";

const counts = { runs: 100, published: 60, unchanged: 5, failed: 3, cancelled: 0, running: 8 };

const backfill: Backfill = {
  ...counts,
  id: 17,
  state: "active",
  request: "events 2024",
  origin: "person",
  class: "backfill",
  priority: 0,
  created_by: "ana",
  created_at: "2026-11-22T05:00:00Z",
};

const range = (from: string, to: string, partitions: number, dimensions = {}): PlanRange => ({
  from,
  to,
  partitions,
  dimensions,
});

const step = (dataset: string, wave: number, partitions: number): PlanStep => ({
  dataset,
  wave,
  partitions,
  in_order: false,
  more_ranges: 0,
  reason: "missing",
  ranges: [],
});

describe("the bar", () => {
  it("adds up to all runs, and leaves out what is not there", () => {
    const segments = segmentsOf(counts);
    expect(segments.reduce((sum, segment) => sum + segment.runs, 0)).toBe(100);
    expect(segments.map((segment) => segment.key)).toEqual([
      "published",
      "unchanged",
      "running",
      "failed",
      "left",
    ]);
    expect(barText(segments)).toBe("60 published, 5 unchanged, 8 running, 3 failed, 24 not started");
  });

  it("counts what was cancelled as over and never as made", () => {
    const ended = {
      ...counts,
      published: 70,
      unchanged: 0,
      failed: 0,
      cancelled: 558,
      runs: 628,
      running: 0,
    };
    expect(`${madeOf(ended)} of ${ended.runs} made, ${unmadeText(ended)}`).toBe(
      "70 of 628 made, 558 cancelled",
    );
    expect(segmentsOf(ended).some((segment) => segment.key === "left")).toBe(false);
  });

  it("never has less than nothing left", () => {
    expect(segmentsOf({ ...counts, runs: 50 }).some((segment) => segment.runs < 0)).toBe(false);
  });
});

describe("pace", () => {
  it("uses the unit that gives a whole number", () => {
    expect(rateText(3.25)).toBe("3.3 per second");
    expect(rateText(0.2)).toBe("12 per minute");
    expect(rateText(0.001)).toBe("4 per hour");
  });

  it("says how long, or why nobody knows", () => {
    expect(etaText({ ...backfill, seconds_left: 7800 })).toBe("about 2 h 10 m left");
    expect(etaText({ ...backfill, paused_at: "2026-11-22T05:10:00Z", seconds_left: 60 })).toMatch(/paused/);
    expect(etaText({ ...backfill, published: 2, unchanged: 0, failed: 0 })).toMatch(/first runs/);
    expect(etaText({ ...backfill })).toMatch(/nothing finished lately/);
    expect(etaText({ ...backfill, state: "completed" })).toBe("");
  });

  it("names what limits it, not what is merely next", () => {
    const wait = (why: string, runs: number) => ({ dataset: "a", why, text: why, runs, example: 1 });
    const waits = [wait("inputs", 90), wait("pool_full", 10), wait("job_full", 2)];
    expect(limitOf({ state: "active", waits })?.why).toBe("pool_full");
    expect(limitOf({ state: "active", waits: [wait("turn", 9)] })).toBeNull();
    expect(limitOf({ state: "failed", waits })).toBeNull();
  });

  it("groups steps by wave, those without one last", () => {
    const none = { waiting: 0, ready: 0, running: 0, published: 0, unchanged: 0, failed: 0, cancelled: 0 };
    const steps: BackfillStep[] = [
      { ...none, dataset: "c", wave: null, waiting: 2 },
      { ...none, dataset: "b", wave: 2, published: 1, waiting: 3 },
      { ...none, dataset: "a", wave: 1, published: 4 },
    ];
    expect(stepWaves(steps).map((row) => [row.wave, row.made, row.runs])).toEqual([
      [1, 4, 4],
      [2, 1, 4],
      [null, 0, 2],
    ]);
  });
});

describe("causes", () => {
  const cause = {
    code: "TM0502",
    error: "no JSON",
    runs: 3,
    datasets: ["a", "b", "c"].map((dataset) => ({ dataset, runs: 1 })),
    example: 1,
    blocked: 2,
    blocked_datasets: [{ dataset: "d", runs: 2 }],
  };

  it("are counted once, with what they kept from being made beside them", () => {
    expect(failuresText([cause])).toBe(
      "3 runs failed, for 1 cause; 2 runs more could not start without what failed",
    );
    expect(failuresText([{ ...cause, runs: 0 }])).toBe("2 runs could not start without what failed");
  });

  it("name a few datasets and count the rest", () => {
    expect(datasetsText(cause.datasets)).toBe("1 of a, 1 of b, 1 of c");
    expect(datasetsText([...cause.datasets, { dataset: "d", runs: 1 }])).toBe(
      "1 of a, 1 of b, 1 of c and 1 more dataset",
    );
  });
});

describe("a plan in words", () => {
  const estimate: PlanEstimate = {
    seconds: 7800,
    seconds_p90: 12_600,
    work_seconds: 60_000,
    bytes: 1,
    slots: 8,
    unknown: [],
  };

  it("says how long, and how long if it goes slowly", () => {
    expect(estimateText(estimate).time).toBe("About 2 h 10 m (3 h 30 m if it goes slowly)");
    expect(estimateText({ ...estimate, seconds_p90: 7801 }).time).toBe("About 2 h 10 m");
    expect(estimateText({ ...estimate, seconds: null }).time).toMatch(/^No estimate/);
    expect(estimateText({ ...estimate, unknown: ["x"] }).basis).toMatch(/Without x, which never ran/);
  });

  it("has a button that says what it does", () => {
    expect(
      launchLabel({ runs: 2184, steps: [step("a", 1, 2000), step("b", 2, 100), step("b", 2, 84)] }),
    ).toBe("Backfill 2,184 partitions in 2 datasets");
    expect(launchLabel({ runs: 1, steps: [step("a", 1, 1)] })).toBe("Backfill 1 partition");
  });

  it("writes ranges as the command line reads them", () => {
    expect(rangeText(range("2024-01-01", "2024-01-31", 31))).toBe("2024-01-01..2024-01-31");
    expect(rangeText(range("2024-03-01", "2024-03-01", 1, { region: "eu" }))).toBe("2024-03-01 region=eu");
    const many = Array.from({ length: 9 }, (_, index) => range(`d${index}`, `d${index}`, 1));
    expect(rangesText(many, 6)).toEqual({ shown: ["d0", "d1", "d2", "d3", "d4", "d5"], more: 3 });
    expect(reasonText("stale_input")).toBe("stale: an input changed");
    expect(reasonText("new_reason")).toBe("new reason");
  });

  it("orders waves and adds their partitions", () => {
    const waves = wavesOf([step("b", 2, 5), step("a", 1, 3), step("c", 2, 4)]);
    expect(waves.map((wave) => [wave.wave, wave.partitions])).toEqual([
      [1, 3],
      [2, 9],
    ]);
  });

  it("says what blocked partitions need, and offers what helps", () => {
    const held: PlanBlocked = {
      dataset: "sessions",
      partitions: 96,
      ranges: [],
      needs: "events",
      lacks: [range("a", "b", 96)],
      could_be_made: true,
      is_source: false,
    };
    expect(blockedText(held)).toMatchObject({
      what: "96 partitions of sessions need 96 partitions of events, which are missing.",
      fix: "upstream",
    });
    expect(blockedText({ ...held, could_be_made: false, is_source: true }).advice).toMatch(
      /Nothing has landed/,
    );
  });

  it("names a few and counts the rest", () => {
    expect(names(["a"])).toBe("a");
    expect(names(["a", "b", "c"])).toBe("a, b and c");
    expect(names(["a", "b", "c", "d", "e"])).toBe("a, b and 3 others");
  });
});
