/** What a plan will take, in words that do not promise more than is known. */

import { bytes, duration, plural } from "@/lib/format";
import type { Plan, PlanEstimate } from "@/lib/types";

export interface EstimateText {
  /** "About 2 h 10 m", or that nothing is known. */
  time: string;
  /** What it rests on and what it leaves out. */
  basis: string;
}

export function estimateText(estimate: PlanEstimate): EstimateText {
  const slots = plural(estimate.slots, "slot");
  const unknown = estimate.unknown;
  if (estimate.seconds === null || estimate.seconds === undefined) {
    return {
      time: "No estimate: none of these jobs has run before.",
      basis: "The backfill shows when it will be done after its first runs.",
    };
  }
  const slow = estimate.seconds_p90 ?? null;
  const range =
    slow !== null && estimate.seconds * 1.05 < slow ? ` (${duration(slow)} if it goes slowly)` : "";
  const left = unknown.length > 0 ? ` Without ${names(unknown)}, which never ran: it will take longer.` : "";
  return {
    time: `About ${duration(estimate.seconds)}${range}`,
    basis: `From past runs of these jobs, on ${slots}. ${duration(estimate.work_seconds)} of work.${left}`,
  };
}

/** "`a`, `b` and 3 others". */
export function names(all: readonly string[], most = 3): string {
  if (all.length <= 1) return all[0] ?? "";
  if (all.length <= most) return `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
  return `${all.slice(0, most - 1).join(", ")} and ${all.length - most + 1} others`;
}

export function sizeText(estimate: PlanEstimate): string {
  const cost =
    estimate.cost === null || estimate.cost === undefined ? "" : `, cost ${estimate.cost.toFixed(2)}`;
  return `${bytes(estimate.bytes)} to write${cost}`;
}

/** How many datasets a plan makes partitions of. */
export function datasetsOf(plan: Pick<Plan, "steps">): string[] {
  return [...new Set(plan.steps.map((step) => step.dataset))];
}

/** What the button does: "Backfill 2,184 partitions in 6 datasets". */
export function launchLabel(plan: Pick<Plan, "runs" | "steps">): string {
  const datasets = datasetsOf(plan);
  const where = datasets.length > 1 ? ` in ${plural(datasets.length, "dataset")}` : "";
  return `Backfill ${plural(plan.runs, "partition")}${where}`;
}
