import { describe, expect, it } from "vitest";
import { queueRows, reasons, waitingRuns } from "./queue";

const lane = (cls: string, state: string, runs: number, oldest_seconds = 0, pool = "default") => ({
  class: cls,
  pool,
  state,
  runs,
  oldest_seconds,
});

describe("the queue", () => {
  const lanes = [
    lane("live", "running", 3, 900),
    lane("live", "ready", 2, 40),
    lane("live", "ready", 1, 95, "crm"),
    lane("backfill", "waiting", 1840, 1300),
    lane("live", "ready", 0, 7000, "gpu"),
  ];

  it("adds up pools by class and state", () => {
    const rows = queueRows(lanes);
    expect(rows.map((row) => row.class)).toEqual(["live", "late", "backfill"]);
    expect(rows[0]?.runs).toEqual({ running: 3, ready: 3, backoff: 0, waiting: 0 });
    expect(rows[2]?.runs.waiting).toBe(1840);
  });

  it("takes the oldest only from what could start", () => {
    expect(queueRows(lanes).map((row) => row.oldest)).toEqual([95, null, null]);
  });

  it("says the same reason once", () => {
    const wait = (dataset: string, text: string, runs: number, example: number) => ({
      why: "turn",
      dataset,
      text,
      runs,
      example,
    });
    const found = reasons([
      wait("a", "waits for its turn", 3, 1),
      wait("b", "waits for its turn", 4, 2),
      wait("a", "waits for its turn", 2, 9),
    ]);
    expect(found.map(({ dataset, runs, example }) => [dataset, runs, example])).toEqual([
      ["a", 5, 1],
      ["b", 4, 2],
    ]);
  });

  it("counts what has not started", () => {
    expect(waitingRuns(lanes)).toBe(1843);
    expect(waitingRuns([])).toBe(0);
  });
});
