/** What became of a tick, in words that say what to do. */
import type { Tick } from "../../lib/types";

/** Total on purpose: a new state does not compile until it has words. */
const STATES: Record<Tick["state"], { label: string; glyph: string; about: string }> = {
  open: { label: "Open", glyph: "◔", about: "Waits until its partitions are there." },
  done: { label: "Done", glyph: "✓", about: "Its partitions are there." },
  failed: { label: "Failed", glyph: "✕", about: "Some of its partitions failed; done once somebody has them made." },
  skipped: { label: "Skipped", glyph: "–", about: "Asked for nothing." },
};

/** As the server writes them; another word is shown as it is. */
const REASONS: Record<string, string> = {
  paused: "the schedule was paused",
  catch_up: "missed, and this schedule does not make up for missed ticks",
  bound: "missed, and more were missed than are made up for",
  nothing_to_make: "nothing to make: no window closed, or all were up to date",
  cancelled: "somebody cancelled what it asked for",
};

export function tickState(state: Tick["state"]) {
  return STATES[state];
}

/** Why a tick was skipped; the detail of the server where it knows more than the reason. */
export function tickReason(tick: Pick<Tick, "reason" | "detail">): string | null {
  const reason = tick.reason === null ? null : (REASONS[tick.reason] ?? tick.reason);
  if (reason === null) return tick.detail;
  if (tick.detail === null) return reason;
  return tick.reason === "nothing_to_make" ? tick.detail : `${reason}: ${tick.detail}`;
}

/** `12 ticks` where neighbours were skipped for one reason and recorded as one. */
export function foldedTicks(tick: Pick<Tick, "ticks">): string | null {
  return tick.ticks <= 1 ? null : `${tick.ticks.toLocaleString("en-GB")} ticks in a row`;
}

const CATCH_UP: Record<string, string> = {
  all: "makes up for every missed tick",
  latest: "makes up for the latest missed tick",
  none: "does not make up for missed ticks",
};

export function catchUpWords(catchUp: string): string {
  return CATCH_UP[catchUp] ?? catchUp;
}
