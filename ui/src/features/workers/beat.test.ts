import { describe, expect, it } from "vitest";
import type { Worker } from "@/lib/types";
import { beatAge, standing, worstFirst } from "./beat";

const NOW = Date.parse("2026-11-22T06:00:00Z");

function worker(id: number, seconds: number | null, over: Partial<Worker> = {}): Worker {
  return {
    id,
    host: `w-${id}`,
    pid: id,
    slots: 4,
    running: 0,
    pools: null,
    started_at: "2026-11-22T05:00:00Z",
    ended_at: null,
    alive: true,
    codes: 1,
    codes_current: true,
    beat_at: seconds === null ? null : new Date(NOW - seconds * 1000).toISOString(),
    ...over,
  };
}

describe("a worker's standing", () => {
  it("follows its beat, and the server's word that it is gone", () => {
    expect(standing(worker(1, 5), NOW)).toBe("alive");
    expect(standing(worker(1, 30), NOW)).toBe("slow");
    expect(standing(worker(1, 90), NOW)).toBe("silent");
    expect(standing(worker(1, 5, { alive: false }), NOW)).toBe("silent");
    expect(standing(worker(1, 5, { ended_at: "2026-11-22T05:59:00Z", alive: false }), NOW)).toBe("ended");
  });

  it("takes a beat from a clock ahead of ours as now", () => {
    expect(beatAge(worker(1, -3), NOW)).toBe(0);
    expect(beatAge(worker(1, null), NOW)).toBeNull();
  });

  it("puts those that need somebody first", () => {
    const workers = [
      worker(1, 5),
      worker(2, 40),
      worker(3, 5, { ended_at: "2026-11-22T05:59:00Z" }),
      worker(4, 300),
    ];
    expect(worstFirst(workers, NOW).map((each) => each.id)).toEqual([4, 2, 1, 3]);
  });
});
