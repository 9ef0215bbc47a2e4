// Every page there is, with real things on it.
import { itemsOf } from "./answers.ts";
import type { Visitor } from "./browser.ts";

export interface Place {
  name: string;
  path: string;
}

/** The number of the first in a list. */
async function first(me: Visitor, path: string): Promise<number> {
  const { body } = await me.api("GET", path);
  const id = itemsOf(body)[0]?.id;
  if (typeof id !== "number") throw new Error(`nothing at ${path}`);
  return id;
}

export async function places(me: Visitor): Promise<Place[]> {
  const backfill = await first(me, "/backfills");
  const run = await first(me, "/runs?state=succeeded&dataset=retail_revenue_daily");
  const version = await first(me, "/datasets/retail_revenue_daily/materializations");
  return [
    { name: "overview", path: "/" },
    { name: "datasets", path: "/datasets" },
    { name: "dataset", path: "/datasets/retail_revenue_daily" },
    { name: "dataset-list", path: "/datasets/retail_revenue_daily?view=list" },
    ...["runs", "lineage", "schema", "preview", "manifest", "sla", "settings"].map((tab) => ({
      name: `dataset-${tab}`,
      path: `/datasets/retail_revenue_daily?tab=${tab}`,
    })),
    { name: "lineage", path: "/lineage" },
    { name: "lineage-focus", path: "/lineage?focus=dev_events" },
    { name: "lineage-list", path: "/lineage?view=list" },
    { name: "lineage-version", path: `/lineage?materialization=${version}` },
    { name: "backfills", path: "/backfills" },
    { name: "backfill-new", path: "/backfills/new?dataset=dev_events&select=all&downstream=true" },
    { name: "backfill", path: `/backfills/${backfill}` },
    { name: "runs", path: "/runs" },
    { name: "run", path: `/runs/${run}` },
    { name: "run-log", path: `/runs/${run}?tab=log` },
    { name: "run-versions", path: `/runs/${run}?tab=versions` },
    { name: "run-events", path: `/runs/${run}?tab=events` },
    { name: "sla", path: "/sla" },
    { name: "schedules", path: "/schedules" },
    { name: "schedule", path: "/schedules?schedule=dev_top_pages_yearly" },
    { name: "calendar", path: "/schedules?view=month" },
    { name: "calendar-week", path: "/schedules?view=week" },
    { name: "workers", path: "/workers" },
    { name: "audit", path: "/audit" },
    ...["profile", "users", "tokens", "permissions", "about"].map((section) => ({
      name: `settings-${section}`,
      path: `/settings/${section}`,
    })),
    { name: "api-reference", path: "/api-reference" },
    { name: "not-found", path: "/nowhere" },
  ];
}
