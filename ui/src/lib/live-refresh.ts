// From hints to refetches: at most one in two seconds for each query, and none while nobody looks.
import type { Query, QueryClient } from "@tanstack/react-query";

/** Which queries a topic is about, by the first word of their key. */
const WORDS: Record<string, readonly string[]> = {
  runs: ["runs", "run", "overview", "queue"],
  backfills: ["backfills", "overview"],
  backfill: ["backfill"],
  datasets: ["datasets", "overview", "lineage", "graph"],
  // The server tells a dataset of what changes upstream of it too.
  dataset: ["dataset"],
  workers: ["workers", "pools", "queue", "overview", "heard"],
  schedules: ["schedules", "schedule", "calendar", "ticks"],
  sla: ["sla", "slas", "overview"],
  audit: ["audit"],
};

/** What never changes by itself, or has its own way. */
const STILL: ReadonlySet<unknown> = new Set([
  "session",
  "sign-in",
  "materialization",
  "logs",
  "plan",
  "list-of-runs",
  "code",
  "zones",
]);

export const LEAST_GAP = 2_000;

export interface Refresher {
  hint(topic: string): void;
  /** Everything may have changed. */
  all(): void;
  hold(on: boolean): void;
  stop(): void;
}

export function isAbout(key: readonly unknown[], topic: string): boolean {
  const [word = "", ...rest] = topic.split(":");
  if (!(WORDS[word] ?? [word]).includes(String(key[0]))) return false;
  // A name may have a colon of its own.
  const object = rest.join(":");
  return object === "" || String(key[1]) === object;
}

export function createRefresher(cache: QueryClient, now: () => number = Date.now): Refresher {
  const dirty = new Set<string>();
  const last = new Map<string, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let held = false;

  const flush = () => {
    timer = undefined;
    if (held || document.visibilityState === "hidden") return;
    let soonest = Number.POSITIVE_INFINITY;
    const ready = new Set<string>();
    for (const hash of dirty) {
      const wait = (last.get(hash) ?? Number.NEGATIVE_INFINITY) + LEAST_GAP - now();
      if (wait <= 0) ready.add(hash);
      else soonest = Math.min(soonest, wait);
    }
    for (const hash of ready) {
      dirty.delete(hash);
      last.set(hash, now());
    }
    if (ready.size > 0) {
      // One that is under way is not cut off: the next hint asks again.
      void cache.invalidateQueries(
        { predicate: (query) => ready.has(query.queryHash), refetchType: "active" },
        { cancelRefetch: false },
      );
    }
    if (soonest < Number.POSITIVE_INFINITY) timer = setTimeout(flush, soonest);
  };
  const mark = (predicate: (query: Query) => boolean) => {
    for (const query of cache.getQueryCache().findAll({ predicate })) dirty.add(query.queryHash);
    // A moment, so that the hints of one commit become one round.
    timer ??= setTimeout(flush, 50);
  };
  const onVisible = () => {
    if (dirty.size > 0) timer ??= setTimeout(flush, 0);
  };
  document.addEventListener("visibilitychange", onVisible);

  return {
    hint: (topic) => mark((query) => isAbout(query.queryKey, topic)),
    all: () => mark((query) => !STILL.has(query.queryKey[0])),
    hold(on) {
      held = on;
      if (!on) onVisible();
    },
    stop() {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    },
  };
}
