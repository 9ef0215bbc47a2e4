/** The sentence on top of the page. */
import { plural } from "@/lib/format";
import type { Queue, Worker } from "@/lib/types";
import { standing } from "./beat";
import { waitingRuns } from "./queue";

/** `2 workers alive, 1 silent; 9 of 20 slots in use; 240 runs have not started.` */
export function workersSentence(workers: readonly Worker[], lanes: Queue["lanes"], now: number): string {
  const of = (...wanted: string[]) => workers.filter((worker) => wanted.includes(standing(worker, now)));
  const living = of("alive", "slow");
  const silent = of("silent");
  const slots = living.reduce((sum, worker) => sum + worker.slots, 0);
  const used = living.reduce((sum, worker) => sum + worker.running, 0);
  const old = living.filter((worker) => !worker.codes_current);
  const waiting = waitingRuns(lanes);
  const people = [
    `${plural(living.length, "worker")} alive`,
    ...(silent.length > 0 ? [`${silent.length} silent`] : []),
    ...(old.length > 0 ? [`${old.length} not on the current code`] : []),
  ];
  const work = waiting === 0 ? "nothing waits" : `${plural(waiting, "run has", "runs have")} not started`;
  // One slot makes many partitions where a job lets one query do so.
  const taken =
    used <= slots ? `${used} of ${plural(slots, "slot")} in use` : `${plural(used, "run")} at once`;
  return `${people.join(", ")}; ${taken}; ${work}.`;
}
