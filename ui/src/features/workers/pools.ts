/** Who uses a pool, what waits for it, and whether anybody serves it. */
import type { Pool, Queue, Worker } from "@/lib/types";

export const CLASSES = ["live", "late", "backfill"] as const;
export type Class = (typeof CLASSES)[number];

export interface Segment {
  class: Class;
  /** Runs in hand, as the queue counts them. */
  runs: number;
  /** Share of the bar, 0 to 1. */
  share: number;
}

export interface PoolUse {
  segments: Segment[];
  /** Slots in use that no running lane explains: a heavier run, or one that has just ended. */
  other: number;
  free: number | null;
  /** More in use than there are: somebody lowered the limit, and what runs is left to finish. */
  over: boolean;
}

/**
 * How the bar of a pool is divided. The length is slots; the queue counts runs, which may weigh
 * more than one slot each, so the used length is shared in proportion to the runs of each class.
 */
export function poolUse(pool: Pool, lanes: Queue["lanes"]): PoolUse {
  const running = CLASSES.map((each) => ({
    class: each,
    runs: lanes
      .filter((lane) => lane.pool === pool.name && lane.class === each && lane.state === "running")
      .reduce((sum, lane) => sum + lane.runs, 0),
  }));
  const runs = running.reduce((sum, each) => sum + each.runs, 0);
  // Without a limit there is no whole: the bar shows how the used slots are divided.
  const length = Math.max(pool.slots ?? pool.used, pool.used, 1);
  const segments = running.map((each) => ({
    ...each,
    share: runs === 0 ? 0 : (pool.used * each.runs) / runs / length,
  }));
  return {
    segments,
    other: runs === 0 ? pool.used : 0,
    free: pool.slots == null ? null : Math.max(pool.slots - pool.used, 0),
    over: pool.slots != null && pool.used > pool.slots,
  };
}

/** Living workers that take runs of the pool; one without a list takes those of every pool. */
export function serving(pool: string, workers: readonly Worker[]): Worker[] {
  return workers.filter((worker) => worker.alive && (worker.pools?.includes(pool) ?? true));
}

/** What is wrong with a pool that somebody should know of; null where nothing is. */
export type PoolFault = "no_worker" | "closed" | "full" | null;

export function poolFault(pool: Pool, workers: readonly Worker[]): PoolFault {
  if (serving(pool.name, workers).length === 0) return "no_worker";
  if (pool.slots === 0) return "closed";
  return pool.slots != null && pool.used >= pool.slots && pool.waiting > 0 ? "full" : null;
}

/** The command that starts a worker for a pool; every worker without a list serves it too. */
export function startCommand(pool: string | null): string {
  return pool === null ? "tidemill worker" : `tidemill worker --pools ${pool}`;
}

/** What a person typed as a new limit: a number of slots, none, or what the project declares. */
export function parseSlots(text: string): { slots: number | null | "declared" } | { fault: string } {
  const word = text.trim().toLowerCase();
  if (word === "declared") return { slots: "declared" };
  if (word === "none") return { slots: null };
  if (!/^\d{1,6}$/.test(word)) return { fault: "Type a number of slots, “none” or “declared”." };
  return { slots: Number(word) };
}

/** What a new limit does, before it is done. */
export function limitEffect(pool: Pool, slots: number | null | "declared"): string {
  if (slots === "declared")
    return "From the next start of the project on, the pool has as many slots as the project declares.";
  if (slots === null)
    return "Nothing in this pool waits for a slot any more; workers and other pools still limit it.";
  if (slots === 0) return `No run of this pool starts until the limit is raised. ${inHand(pool.used)}`;
  if (slots < pool.used)
    return `Nothing starts until fewer than ${slots} slots are in use. ${inHand(pool.used)}`;
  const more = slots - pool.used;
  return pool.waiting === 0
    ? `${more} ${more === 1 ? "slot is" : "slots are"} free then; nothing waits for one.`
    : `${more} ${more === 1 ? "slot is" : "slots are"} free then, and ${pool.waiting} ${pool.waiting === 1 ? "run waits" : "runs wait"}.`;
}

function inHand(used: number): string {
  return used === 0
    ? "Nothing is in hand now."
    : `The ${used} ${used === 1 ? "slot" : "slots"} in use are left to finish.`;
}
