/** What a person chose in the wizard. The address holds it; the server gets it as a plan request. */

import { ZONE_CHOICES } from "@/lib/instants";
import { flag, integer, oneOf, searchOf, someOf, text, texts } from "@/lib/search";
import type { PlanRequest, Selection } from "@/lib/types";

export const SELECTS = ["missing", "failed", "stale", "all"] as const;
export type Select = (typeof SELECTS)[number];
/** What is chosen when the address says nothing: all that is not as it should be. */
export const SELECT_DEFAULT: readonly Select[] = ["missing", "failed", "stale"];

export const draftSearch = searchOf({
  dataset: texts(),
  ranges: text(),
  /** What is selected on the grid, see `lib/selection.ts`, and whether the grid is open. */
  sel: text(),
  grid: flag(),
  // "none" is a choice too: without it, taking the last one away would bring the default back.
  select: someOf([...SELECTS, "none"]),
  upstream: flag(),
  downstream: flag(),
  order: oneOf(["newest", "oldest"], "newest"),
  concurrency: integer(1, 10_000),
  priority: integer(-32_768, 32_767),
  class: oneOf(["live", "late", "backfill"], "backfill"),
  tz: oneOf(ZONE_CHOICES),
});

export type DraftSearch = ReturnType<typeof draftSearch>;

export interface Draft {
  datasets: string[];
  ranges: string;
  selects: readonly Select[];
  upstream: boolean;
  downstream: boolean;
  newestFirst: boolean;
  concurrency: number | null;
  priority: number;
  class: PlanRequest["class"];
}

export function draftOf(search: DraftSearch): Draft {
  return {
    datasets: search.dataset ?? [],
    ranges: search.ranges ?? "",
    selects: search.select ? SELECTS.filter((word) => search.select?.includes(word)) : SELECT_DEFAULT,
    upstream: search.upstream ?? false,
    downstream: search.downstream ?? false,
    newestFirst: search.order !== "oldest",
    concurrency: search.concurrency ?? null,
    priority: search.priority ?? 0,
    class: search.class ?? "backfill",
  };
}

/** "All" takes the others in, so that choosing it and one of them says nothing more than it. */
export function toggleSelect(now: readonly Select[], word: Select): Select[] {
  if (word === "all") return now.includes("all") ? [...SELECT_DEFAULT] : ["all"];
  const rest: readonly Select[] = now.filter((each) => each !== "all");
  return rest.includes(word)
    ? rest.filter((each) => each !== word)
    : SELECTS.filter((each) => each === word || rest.includes(each));
}

/** The same choice as in the address, or nothing when it is the default. */
export function selectParam(selects: readonly Select[]): DraftSearch["select"] {
  if (selects.length === 0) return ["none"];
  const same =
    selects.length === SELECT_DEFAULT.length && SELECT_DEFAULT.every((word) => selects.includes(word));
  return same ? undefined : [...selects];
}

export function requestOf(draft: Draft, selection: Selection | null): PlanRequest {
  const ranges = draft.ranges.trim();
  return {
    targets: draft.datasets.map((dataset) => ({
      dataset,
      ranges: selection || ranges === "" ? null : ranges,
      selection,
    })),
    select: {
      missing: draft.selects.includes("missing"),
      failed: draft.selects.includes("failed"),
      stale: draft.selects.includes("stale"),
      all: draft.selects.includes("all"),
    },
    upstream: draft.upstream,
    downstream: draft.downstream,
    newest_first: draft.newestFirst,
    concurrency: draft.concurrency,
    priority: draft.priority,
    class: draft.class,
  };
}

/** Why there is nothing to ask the server for yet, in words; null when there is. */
export function notReady(draft: Draft): string | null {
  if (draft.datasets.length === 0) return "Choose a dataset.";
  if (draft.selects.length === 0) return "Choose which partitions: missing, failed, stale or all.";
  return rangesFault(draft.ranges);
}

/** What is wrong with ranges as text, as far as it shows without a calendar. */
export function rangesFault(ranges: string): string | null {
  if (ranges.trim() === "") return null;
  for (const part of ranges.split(",")) {
    const ends = part.trim().split("..");
    if (part.trim() === "") return "There is an empty range: two commas, or one at the end.";
    if (ends.length > 2) return `“${part.trim()}” has more than two ends. Write first..last.`;
    const [first, last] = ends;
    if (first === "" || last === "") return `“${part.trim()}” has one end only. Write first..last.`;
  }
  return null;
}
