/** The attempts of a run over time: how it waited, ran and waited again. */

import type { Attempt, Run } from "@/lib/types";

export interface Lane {
  attempt: Attempt;
  /** Shares of the whole width. */
  start: number;
  width: number;
  /** Waited before this attempt: since it was made, or since the attempt before ended. */
  waitStart: number;
  waitWidth: number;
  waitSeconds: number;
  runSeconds: number;
}

export interface Timeline {
  from: Date;
  to: Date;
  lanes: Lane[];
  /** It waits now, after the last attempt or before the first. */
  waiting: { start: number; width: number; seconds: number } | null;
}

export function timelineOf(
  run: Pick<Run, "created_at" | "finished_at" | "state" | "attempts">,
  now: Date,
): Timeline {
  const created = Date.parse(run.created_at);
  const ends = run.attempts.map((attempt) =>
    attempt.ended_at ? Date.parse(attempt.ended_at) : now.getTime(),
  );
  const finished = run.finished_at ? Date.parse(run.finished_at) : now.getTime();
  const end = Math.max(finished, created + 1, ...ends);
  const all = end - created;
  const share = (at: number): number => Math.min(1, Math.max(0, (at - created) / all));
  let before = created;
  const lanes = run.attempts.map((attempt, index) => {
    const start = Date.parse(attempt.started_at);
    const stop = ends[index] ?? end;
    const lane: Lane = {
      attempt,
      start: share(start),
      width: share(stop) - share(start),
      waitStart: share(before),
      waitWidth: Math.max(0, share(start) - share(before)),
      waitSeconds: Math.max(0, start - before) / 1000,
      runSeconds: Math.max(0, stop - start) / 1000,
    };
    before = stop;
    return lane;
  });
  const waits = run.state === "waiting" || run.state === "ready" || run.state === "backoff";
  const seconds = Math.max(0, end - before) / 1000;
  return {
    from: new Date(created),
    to: new Date(end),
    lanes,
    waiting: waits ? { start: share(before), width: 1 - share(before), seconds } : null,
  };
}
