import { linkOptions } from "@tanstack/react-router";
import type { ProblemItem, Standing } from "@/lib/types";

// Which partitions stand out on the page of the dataset.
const STATES: Partial<Record<ProblemItem["kind"], Standing[]>> = {
  failed: ["failed"],
  missing_upstream: ["missing-upstream"],
  stale: ["stale"],
};

/** Where a problem is dealt with. */
export function problemLink(item: ProblemItem) {
  if (item.kind === "no_worker" || !item.dataset) return linkOptions({ to: "/workers" });
  const state = STATES[item.kind];
  return linkOptions({
    to: "/datasets/$name",
    params: { name: item.dataset },
    search: { ...(item.partition && { p: item.partition }), ...(state && { state }) },
  });
}
