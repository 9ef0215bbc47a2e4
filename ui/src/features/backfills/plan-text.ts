/** Plans as people read them. */

import { plural } from "@/lib/format";
import type { Plan, PlanBlocked, PlanRange, PlanStep } from "@/lib/types";

const REASONS: Record<string, string> = {
  missing: "missing",
  failed: "failed",
  stale_code: "stale: its code changed",
  stale_input: "stale: an input changed",
  upstream: "stale: something upstream is made again",
  forced: "asked for, though fresh",
};

export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason.replaceAll("_", " ");
}

/** `2024-01-01..2024-01-31 region=eu`: both ends are meant. */
export function rangeText(range: PlanRange): string {
  const time = range.partitions === 1 || range.from === range.to ? range.from : `${range.from}..${range.to}`;
  const dimensions = Object.entries(range.dimensions).map(([name, value]) => `${name}=${value}`);
  return [time, ...dimensions].filter(Boolean).join(" ");
}

/** The first and last ranges; how many are between is said. */
export function rangesText(ranges: readonly PlanRange[], most = 6): { shown: string[]; more: number } {
  if (ranges.length <= most) return { shown: ranges.map(rangeText), more: 0 };
  return { shown: ranges.slice(0, most).map(rangeText), more: ranges.length - most };
}

export interface Wave {
  wave: number;
  steps: PlanStep[];
  partitions: number;
}

export function wavesOf(steps: readonly PlanStep[]): Wave[] {
  const waves = new Map<number, Wave>();
  for (const step of steps) {
    const wave = waves.get(step.wave) ?? { wave: step.wave, steps: [], partitions: 0 };
    wave.steps.push(step);
    wave.partitions += step.partitions;
    waves.set(step.wave, wave);
  }
  return [...waves.values()].sort((a, b) => a.wave - b.wave);
}

/** What is in the way of blocked partitions, and what a person can do about it. */
export function blockedText(held: PlanBlocked): { what: string; fix: "upstream" | null; advice: string } {
  const lacks = held.lacks.reduce((sum, range) => sum + range.partitions, 0);
  const what = `${plural(held.partitions, "partition")} of ${held.dataset} ${held.partitions === 1 ? "needs" : "need"} ${lacks > 0 ? `${plural(lacks, "partition")} of ` : ""}${held.needs}, which ${lacks === 1 ? "is" : "are"} missing.`;
  if (held.could_be_made)
    return { what, fix: "upstream", advice: "They can be made first, in the same backfill." };
  if (held.is_source)
    return { what, fix: null, advice: `Nothing has landed in ${held.needs} for them. They are left out.` };
  return { what, fix: null, advice: "It cannot be made yet. They are left out." };
}

/** From how many partitions on the person types a word before it starts. */
export const TYPED_FROM = 10_000;

/** What is made, in a sentence; how long that takes and what cannot be made stand below it. */
export function planWords(plan: Plan): string {
  if (plan.runs === 0) return plan.sentence;
  const [first, ...rest] = new Set(plan.steps.map(({ dataset }) => dataset));
  const datasets = rest.length === 0 ? `\`${first}\`` : plural(rest.length + 1, "dataset");
  const waves = plan.waves < 2 ? "" : ` in ${plural(plan.waves, "wave")}`;
  return `Makes ${plural(plan.runs, "partition")} of ${datasets}${waves}.`;
}
