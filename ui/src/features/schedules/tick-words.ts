/** What became of a tick, in words that say what to do. */
import type { Tick } from "@/lib/types";

/** As the server writes them; another word is shown as it is. */
const REASONS: Record<string, string> = {
  paused: "the schedule was paused",
  catch_up: "missed, and this schedule does not make up for missed ticks",
  bound: "missed, and more were missed than are made up for",
  nothing_to_make: "nothing to make: no window closed, or all were up to date",
  cancelled: "somebody cancelled what it asked for",
};

/** Why a tick was skipped; the detail of the server where it knows more than the reason. */
export function tickReason({ reason, detail }: Pick<Tick, "reason" | "detail">): string | null {
  if (reason == null) return detail ?? null;
  const words = REASONS[reason] ?? reason;
  if (detail == null) return words;
  return reason === "nothing_to_make" ? detail : `${words}: ${detail}`;
}

/** `12 ticks` where neighbours were skipped for one reason and recorded as one. */
export function foldedTicks(tick: Pick<Tick, "ticks">): string | null {
  return tick.ticks <= 1 ? null : `${tick.ticks.toLocaleString("en-GB")} ticks in a row`;
}

/** `At 05:15.` and `when a window closes` as `At 05:15` and `When a window closes`. */
export function timetableWords(words: string): string {
  const bare = words.replace(/\.$/, "");
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

const CATCH_UP: Record<string, string> = {
  all: "makes up for every missed tick",
  latest: "makes up for the latest missed tick",
  none: "does not make up for missed ticks",
};

export function catchUpWords(catchUp: string): string {
  return CATCH_UP[catchUp] ?? catchUp;
}
