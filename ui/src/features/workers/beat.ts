/** How a worker looks from here: by its beat, and by the code it carries. */
import type { Look } from "@/lib/states";
import type { Worker } from "@/lib/types";

/** A beat this old is worth a look. */
const SLOW_SECONDS = 30;
/** After this long, its runs are handed to others. */
const LOST_SECONDS = 90;

export type Standing = "alive" | "slow" | "silent" | "ended";

export const STANDINGS: Record<Standing, Look> = {
  alive: { tone: "fresh", glyph: "✓", label: "Alive", about: "beats as it should" },
  slow: {
    tone: "late",
    glyph: "!",
    label: "Slow",
    about: "its last beat is older than 30 seconds; a busy machine does this too",
  },
  silent: {
    tone: "failed",
    glyph: "✕",
    label: "Silent",
    about: "no beat; others take over what it had in hand when its lease is up",
  },
  ended: { tone: "off", glyph: "–", label: "Ended", about: "it said goodbye" },
};

export function beatAge(worker: Pick<Worker, "beat_at">, now: number): number | null {
  return worker.beat_at == null ? null : Math.max(0, (now - Date.parse(worker.beat_at)) / 1000);
}

export function standing(worker: Worker, now: number): Standing {
  if (worker.ended_at != null) return "ended";
  const age = beatAge(worker, now);
  if (!worker.alive || (age !== null && age >= LOST_SECONDS)) return "silent";
  return age !== null && age >= SLOW_SECONDS ? "slow" : "alive";
}

const ORDER: readonly Standing[] = ["silent", "slow", "alive", "ended"];

/** Those that need somebody first, then by host and process. */
export function worstFirst(workers: readonly Worker[], now: number): Worker[] {
  const rank = (worker: Worker) => ORDER.indexOf(standing(worker, now));
  return [...workers].sort(
    (one, other) => rank(one) - rank(other) || one.host.localeCompare(other.host) || one.pid - other.pid,
  );
}
