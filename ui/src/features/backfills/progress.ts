/** How far a backfill is: the parts of its bar, and the sentence over it. */

import { count, duration, plural } from "@/lib/format";
import type { Tone } from "@/lib/states";
import type { Backfill, BackfillDetail, BackfillStep } from "@/lib/types";

export interface Segment {
  key: "published" | "unchanged" | "running" | "ready" | "waiting" | "failed" | "cancelled" | "left";
  label: string;
  tone: Tone;
  runs: number;
}

type Counts = Pick<Backfill, "runs" | "published" | "unchanged" | "failed" | "cancelled" | "running">;

/** What is there now: what failed or was cancelled is over, and not made. */
export function madeOf(counts: Pick<Counts, "published" | "unchanged">): number {
  return counts.published + counts.unchanged;
}

/** What nothing more happens to. */
export function overOf(counts: Counts): number {
  return madeOf(counts) + counts.failed + counts.cancelled;
}

/** How much of it is made, as `70 of 628`, and what else came of it: `12 failed, 546 cancelled`. */
export function unmadeText(counts: Pick<Counts, "failed" | "cancelled">): string {
  const some = [
    counts.failed > 0 && `${count(counts.failed)} failed`,
    counts.cancelled > 0 && `${count(counts.cancelled)} cancelled`,
  ];
  return some.filter(Boolean).join(", ");
}

/** The bar of a whole backfill; what has not started is one part. */
export function segmentsOf(counts: Counts): Segment[] {
  const left = Math.max(0, counts.runs - overOf(counts) - counts.running);
  return present([
    { key: "published", label: "Published", tone: "fresh", runs: counts.published },
    { key: "unchanged", label: "Unchanged", tone: "fresh", runs: counts.unchanged },
    { key: "running", label: "Running", tone: "running", runs: counts.running },
    { key: "failed", label: "Failed", tone: "failed", runs: counts.failed },
    { key: "cancelled", label: "Cancelled", tone: "off", runs: counts.cancelled },
    { key: "left", label: "Not started", tone: "missing", runs: left },
  ]);
}

export function stepSegments(step: BackfillStep): Segment[] {
  return present([
    { key: "published", label: "Published", tone: "fresh", runs: step.published },
    { key: "unchanged", label: "Unchanged", tone: "fresh", runs: step.unchanged },
    { key: "running", label: "Running", tone: "running", runs: step.running },
    { key: "failed", label: "Failed", tone: "failed", runs: step.failed },
    { key: "cancelled", label: "Cancelled", tone: "off", runs: step.cancelled },
    { key: "ready", label: "Ready", tone: "waiting", runs: step.ready },
    { key: "waiting", label: "Waiting", tone: "missing", runs: step.waiting },
  ]);
}

function present(all: Segment[]): Segment[] {
  return all.filter((segment) => segment.runs > 0);
}

export function stepRuns(step: BackfillStep): number {
  return stepSegments(step).reduce((sum, segment) => sum + segment.runs, 0);
}

/** The bar in words, for those who do not see it. */
export function barText(segments: readonly Segment[]): string {
  return (
    segments.map((segment) => `${count(segment.runs)} ${segment.label.toLowerCase()}`).join(", ") || "no runs"
  );
}

/** `0.2` is `12 per minute`; what is rare is said by the hour. */
export function rateText(perSecond: number): string {
  if (perSecond >= 1)
    return `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))} per second`;
  if (perSecond * 60 >= 1) return `${count(Math.round(perSecond * 60))} per minute`;
  return `${count(Math.max(1, Math.round(perSecond * 3600)))} per hour`;
}

/** How long it will go on, or why that is not known. */
export function etaText(backfill: Backfill): string {
  if (backfill.state !== "active") return "";
  if (backfill.paused_at) return "not while it is paused";
  if (backfill.seconds_left !== null && backfill.seconds_left !== undefined)
    return `about ${duration(backfill.seconds_left)} left`;
  return overOf(backfill) < 5
    ? "not known before its first runs are done"
    : "not known: nothing finished lately";
}

export interface WaveRow {
  wave: number | null;
  steps: BackfillStep[];
  runs: number;
  made: number;
}

export function stepWaves(steps: readonly BackfillStep[]): WaveRow[] {
  const waves = new Map<number | null, WaveRow>();
  for (const step of steps) {
    const key = step.wave ?? null;
    const row = waves.get(key) ?? { wave: key, steps: [], runs: 0, made: 0 };
    row.steps.push(step);
    row.runs += stepRuns(step);
    row.made += madeOf(step);
    waves.set(key, row);
  }
  return [...waves.values()].sort(
    (a, b) => (a.wave ?? Number.POSITIVE_INFINITY) - (b.wave ?? Number.POSITIVE_INFINITY),
  );
}

/** What slows it down most: the group of waiting runs with the most runs that is not just its turn. */
export function limitOf(
  detail: Pick<BackfillDetail, "waits" | "state">,
): BackfillDetail["waits"][number] | null {
  if (detail.state !== "active") return null;
  const held = detail.waits.filter((wait) => wait.why !== "inputs" && wait.why !== "turn");
  const [most] = [...held].sort((a, b) => b.runs - a.runs);
  return most ?? null;
}

/** How much failed, for how many causes, and what that kept from being made. */
export function failuresText(causes: BackfillDetail["causes"]): string {
  const runs = causes.reduce((sum, cause) => sum + cause.runs, 0);
  const blocked = causes.reduce((sum, cause) => sum + cause.blocked, 0);
  const failed = runs > 0 && `${plural(runs, "run")} failed, for ${plural(causes.length, "cause")}`;
  const kept = blocked > 0 && `${plural(blocked, "run")} ${runs > 0 ? "more " : ""}could not start without`;
  return [failed, kept && `${kept} what failed`].filter(Boolean).join("; ");
}

/** `3 runs of orders, 1 of clicks`: which datasets the runs of a cause are of. */
export function datasetsText(datasets: BackfillDetail["causes"][number]["datasets"]): string {
  const [first, second, third, ...more] = datasets;
  const shown = [first, second, third].filter((each) => each !== undefined);
  const text = shown.map((each) => `${count(each.runs)} of ${each.dataset}`).join(", ");
  return more.length > 0 ? `${text} and ${plural(more.length, "more dataset")}` : text;
}
