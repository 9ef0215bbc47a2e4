import { describe, expect, it } from "vitest";
import type { Pool, Worker } from "@/lib/types";
import { limitEffect, parseSlots, poolFault, poolUse, serving, startCommand } from "./pools";

function pool(over: Partial<Pool> = {}): Pool {
  return {
    name: "crm",
    slots: 8,
    used: 4,
    waiting: 0,
    overridden: false,
    weights: { live: 8, late: 4, backfill: 2 },
    floors: { live: 1, late: 0, backfill: 0 },
    holders: [],
    oldest_wait_seconds: null,
    ...over,
  };
}

function worker(over: Partial<Worker> = {}): Worker {
  return {
    id: 1,
    host: "w-1",
    pid: 7,
    slots: 4,
    running: 0,
    pools: null,
    started_at: "2026-11-22T05:00:00Z",
    ended_at: null,
    alive: true,
    beat_at: "2026-11-22T06:00:00Z",
    codes: 35,
    codes_current: true,
    ...over,
  };
}

const lane = (cls: string, runs: number, state = "running", name = "crm") => ({
  class: cls,
  pool: name,
  state,
  runs,
  oldest_seconds: 0,
});

describe("the bar of a pool", () => {
  it("divides the used slots by the runs of each class", () => {
    const use = poolUse(pool(), [
      lane("live", 1),
      lane("backfill", 3),
      lane("live", 9, "ready"),
      lane("live", 9, "running", "default"),
    ]);
    expect(use.segments.map((each) => [each.class, each.runs, each.share])).toEqual([
      ["live", 1, 0.125],
      ["late", 0, 0],
      ["backfill", 3, 0.375],
    ]);
    expect(use.free).toBe(4);
    expect(use.other).toBe(0);
  });

  it("never grows past its end, and says when more is in use than there is", () => {
    const use = poolUse(pool({ slots: 2, used: 4 }), [lane("live", 4)]);
    expect(use.over).toBe(true);
    expect(use.free).toBe(0);
    expect(use.segments[0]?.share).toBe(1);
  });

  it("has no free slots to count where there is no limit", () => {
    const use = poolUse(pool({ slots: null, used: 3 }), [lane("late", 3)]);
    expect(use.free).toBeNull();
    expect(use.segments[1]?.share).toBe(1);
  });

  it("does not guess a class when the queue knows of no run", () => {
    const use = poolUse(pool({ used: 2 }), []);
    expect(use.other).toBe(2);
    expect(use.segments.every((each) => each.share === 0)).toBe(true);
  });
});

describe("who serves a pool", () => {
  it("is any living worker without a list, or with the pool in it", () => {
    const workers = [
      worker(),
      worker({ id: 2, pools: ["gpu"] }),
      worker({ id: 3, alive: false, pools: ["crm"] }),
    ];
    expect(serving("crm", workers).map((each) => each.id)).toEqual([1]);
    expect(serving("gpu", workers).map((each) => each.id)).toEqual([1, 2]);
  });

  it("is a fault when it is nobody, or when nothing may start", () => {
    expect(poolFault(pool(), [])).toBe("no_worker");
    expect(poolFault(pool({ slots: 0, used: 0 }), [worker()])).toBe("closed");
    expect(poolFault(pool({ used: 8, waiting: 3 }), [worker()])).toBe("full");
    expect(poolFault(pool({ used: 8 }), [worker()])).toBeNull();
  });

  it("says how to start one", () => {
    expect(startCommand("gpu")).toBe("tidemill worker --pools gpu");
    expect(startCommand(null)).toBe("tidemill worker");
  });
});

describe("a new limit", () => {
  it("is a number, none, or what is declared", () => {
    expect(parseSlots(" 12 ")).toEqual({ slots: 12 });
    expect(parseSlots("None")).toEqual({ slots: null });
    expect(parseSlots("declared")).toEqual({ slots: "declared" });
    expect(parseSlots("-1")).toHaveProperty("fault");
    expect(parseSlots("")).toHaveProperty("fault");
  });

  it("says its effect before it is done", () => {
    expect(limitEffect(pool({ waiting: 3 }), 6)).toBe("2 slots are free then, and 3 runs wait.");
    expect(limitEffect(pool(), 5)).toBe("1 slot is free then; nothing waits for one.");
    expect(limitEffect(pool(), 2)).toMatch(/^Nothing starts until fewer than 2/);
    expect(limitEffect(pool(), 0)).toMatch(/^No run of this pool starts/);
  });
});
