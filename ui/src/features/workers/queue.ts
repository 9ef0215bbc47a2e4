/** The queue as a table: classes down, states across. */

import type { Queue } from "@/lib/types";
import { CLASSES, type Class } from "./pools";

export const LANE_STATES = ["running", "ready", "backoff", "waiting"] as const;
export type LaneState = (typeof LANE_STATES)[number];

export interface QueueRow {
  class: Class;
  runs: Record<LaneState, number>;
  /** Seconds that the oldest run that could start now has waited. */
  oldest: number | null;
}

export function queueRows(lanes: Queue["lanes"]): QueueRow[] {
  return CLASSES.map((each) => {
    const own = lanes.filter((lane) => lane.class === each);
    const sum = (state: LaneState) =>
      own.filter((lane) => lane.state === state).reduce((all, lane) => all + lane.runs, 0);
    const ready = own.filter((lane) => lane.state === "ready" && lane.runs > 0);
    return {
      class: each,
      runs: {
        running: sum("running"),
        ready: sum("ready"),
        backoff: sum("backoff"),
        waiting: sum("waiting"),
      },
      oldest: ready.length === 0 ? null : Math.max(...ready.map((lane) => lane.oldest_seconds)),
    };
  });
}

/** Why runs wait: one line for what reads the same, the most runs first. */
export function reasons(waits: Queue["waits"]): Queue["waits"] {
  const found = new Map<string, Queue["waits"][number]>();
  for (const wait of waits) {
    const key = `${wait.dataset} ${wait.text}`;
    const known = found.get(key);
    found.set(key, known ? { ...known, runs: known.runs + wait.runs } : wait);
  }
  return [...found.values()].sort((a, b) => b.runs - a.runs);
}

/** How many runs are in a lane that has not started. */
export function waitingRuns(lanes: Queue["lanes"]): number {
  return lanes.filter((lane) => lane.state !== "running").reduce((sum, lane) => sum + lane.runs, 0);
}
