// How each state looks and reads. The records are total: a new state does not compile until it is here.
import { count } from "./format";
import type { Attempt, Backfill, RunRow, SlaState, Standing, Tick } from "./types";

export type Tone =
  | "fresh"
  | "stale"
  | "failed"
  | "running"
  | "waiting"
  | "missing"
  | "blocked"
  | "late"
  | "off";

export interface Look {
  tone: Tone;
  glyph: string;
  label: string;
  about: string;
}

export type RunState = RunRow["state"];
export type BackfillState = Backfill["state"] | "paused";
export type AttemptState = Attempt["state"];
export type TickState = Tick["state"];

/** From the worst to the best; the order in which counts and filters are shown. */
export const STANDINGS = [
  "failed",
  "stale",
  "missing",
  "missing-upstream",
  "running",
  "waiting",
  "fresh",
  "present",
] as const satisfies readonly Standing[];

/** What a person would look for with "next problem". */
export const PROBLEMS: ReadonlySet<Standing> = new Set(["failed", "stale", "missing", "missing-upstream"]);

export const STANDING: Record<Standing, Look> = {
  fresh: {
    tone: "fresh",
    glyph: "✓",
    label: "Fresh",
    about: "made from what its inputs and its code are now",
  },
  present: { tone: "fresh", glyph: "✓", label: "Present", about: "the files of the source are there" },
  stale: {
    tone: "stale",
    glyph: "↻",
    label: "Stale",
    about: "its code or an input has changed since it was made",
  },
  failed: { tone: "failed", glyph: "✕", label: "Failed", about: "its last run failed" },
  running: { tone: "running", glyph: "▶", label: "Running", about: "a worker is making it" },
  waiting: { tone: "waiting", glyph: "◔", label: "Waiting", about: "a run will make it" },
  missing: { tone: "missing", glyph: "·", label: "Missing", about: "it was never made" },
  "missing-upstream": {
    tone: "blocked",
    glyph: "⊘",
    label: "Input missing",
    about: "it was never made, and cannot be: an input is missing",
  },
};

export const RUN: Record<RunState, Look> = {
  waiting: { tone: "waiting", glyph: "◔", label: "Waiting", about: "waits for other runs" },
  ready: { tone: "waiting", glyph: "◑", label: "Ready", about: "waits for a worker" },
  running: { tone: "running", glyph: "▶", label: "Running", about: "a worker is on it" },
  backoff: { tone: "late", glyph: "⟲", label: "Backing off", about: "failed, and will be tried again" },
  succeeded: { tone: "fresh", glyph: "✓", label: "Succeeded", about: "done" },
  failed: { tone: "failed", glyph: "✕", label: "Failed", about: "failed, and will not be tried again" },
  cancelled: { tone: "off", glyph: "–", label: "Cancelled", about: "stopped by a person" },
};

export const BACKFILL: Record<BackfillState, Look> = {
  active: { tone: "running", glyph: "▶", label: "Active", about: "some of its runs are not done" },
  paused: { tone: "late", glyph: "❚❚", label: "Paused", about: "nothing new starts until it is resumed" },
  completed: { tone: "fresh", glyph: "✓", label: "Completed", about: "all its runs are done" },
  failed: { tone: "failed", glyph: "✕", label: "Failed", about: "some runs failed, and none is left" },
  cancelled: { tone: "off", glyph: "–", label: "Cancelled", about: "stopped by a person" },
};

export const ATTEMPT: Record<AttemptState, Look> = {
  running: { tone: "running", glyph: "▶", label: "Running", about: "a worker is on it" },
  committed: { tone: "fresh", glyph: "✓", label: "Committed", about: "its result was published" },
  failed: { tone: "failed", glyph: "✕", label: "Failed", about: "it ended with an error" },
  expired: { tone: "late", glyph: "!", label: "Expired", about: "its worker was not heard of in time" },
  cancelled: { tone: "off", glyph: "–", label: "Cancelled", about: "stopped by a person" },
};

export const SLA: Record<SlaState, Look> = {
  met: { tone: "fresh", glyph: "✓", label: "Met", about: "complete by its time" },
  on_track: { tone: "waiting", glyph: "◔", label: "On track", about: "not complete yet, and not due yet" },
  late: { tone: "late", glyph: "!", label: "Late", about: "due, and not complete yet" },
  missed: { tone: "failed", glyph: "✕", label: "Missed", about: "complete only after its time, or never" },
};

export const TICK: Record<TickState, Look> = {
  open: { tone: "running", glyph: "▶", label: "Open", about: "its partitions are being made" },
  done: { tone: "fresh", glyph: "✓", label: "Done", about: "its partitions are made" },
  failed: { tone: "failed", glyph: "✕", label: "Failed", about: "some of its partitions could not be made" },
  skipped: { tone: "off", glyph: "–", label: "Skipped", about: "nothing was made, for the reason it gives" },
};

export const RUN_STATES = Object.keys(RUN).filter(isRunState);
function isRunState(word: string): word is RunState {
  return word in RUN;
}

/** A paused backfill is active underneath; people look for the word "paused". */
export function backfillState(backfill: Pick<Backfill, "state" | "paused_at">): BackfillState {
  return backfill.state === "active" && backfill.paused_at ? "paused" : backfill.state;
}

interface ToneLook {
  /** Its colour, and that of a glyph on it, as classes: each pair has at least 4.5 to 1 in both themes. */
  bg: string;
  ink: string;
  /** The same as names of CSS variables, for canvases. */
  fill: string;
  glyph: string;
}

export const TONE: Record<Tone, ToneLook> = {
  fresh: { bg: "bg-state-fresh", ink: "text-on-pale", fill: "--state-fresh", glyph: "--on-pale" },
  stale: { bg: "bg-state-stale", ink: "text-on-stale", fill: "--state-stale", glyph: "--on-stale" },
  failed: { bg: "bg-state-failed", ink: "text-on-deep", fill: "--state-failed", glyph: "--on-deep" },
  running: { bg: "bg-state-running", ink: "text-on-deep", fill: "--state-running", glyph: "--on-deep" },
  waiting: { bg: "bg-state-waiting", ink: "text-on-mid", fill: "--state-waiting", glyph: "--on-mid" },
  missing: { bg: "bg-state-missing hatch", ink: "text-ink", fill: "--state-missing", glyph: "--muted" },
  blocked: { bg: "bg-state-blocked", ink: "text-on-grey", fill: "--state-blocked", glyph: "--on-grey" },
  late: { bg: "bg-state-late", ink: "text-on-bright", fill: "--state-late", glyph: "--on-bright" },
  off: { bg: "bg-state-off", ink: "text-on-grey", fill: "--state-off", glyph: "--on-grey" },
};

/** Whether nothing is to be done about it, and nothing is being done. */
export function isWell(standing: Standing): boolean {
  return standing === "fresh" || standing === "present";
}

/** How many partitions stand where, in words, the worst first: `12 failed`, `61 stale`. */
export function countWords(
  counts: Readonly<Partial<Record<string, number>>>,
  which: (standing: Standing) => boolean = () => true,
): string[] {
  return STANDINGS.filter((standing) => 0 < (counts[standing] ?? 0) && which(standing)).map(
    (standing) => `${count(counts[standing] ?? 0)} ${STANDING[standing].label.toLowerCase()}`,
  );
}

/** What is not as it should be, in words; nothing when all is. */
export function badWords(counts: Readonly<Partial<Record<string, number>>>): string[] {
  return countWords(counts, (standing) => !isWell(standing));
}

/** The standings in the order in which the server numbers them where it sends numbers. */
export const HEALTH_STATES: readonly Standing[] = [
  "running",
  "waiting",
  "failed",
  "missing-upstream",
  "missing",
  "stale",
  "stale",
  "stale",
  "fresh",
  "present",
];
