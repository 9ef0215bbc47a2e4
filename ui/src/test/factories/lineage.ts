import { randomGraph } from "@/features/lineage/random-graph";
import type { Graph, GraphNode, LineageLink, Standing, VersionGraph } from "@/lib/types";
import { counts, NOW } from "./datasets";
import { link } from "./runs";

function node(name: string, more: Partial<GraphNode> = {}): GraphNode {
  return {
    name,
    kind: "transform",
    owner: "growth",
    tags: [],
    worst: "fresh",
    counts: counts({ fresh: 720 }),
    published_at: "2026-11-22T06:02:11Z",
    sla: null,
    hidden_up: 0,
    hidden_down: 0,
    paused: false,
    ...more,
  };
}

const EDGES: [string, string, string][] = [
  ["dev_arrivals", "dev_rows", "the files that have rows of the day"],
  ["dev_rows", "dev_events", "the same day"],
  ["dev_rows", "dev_dedup_daily", "the same day"],
  ["dev_rows", "dev_quality_daily", "the same day"],
  ["dev_events", "dev_sessions_daily", "the same day"],
  ["dev_events", "dev_dau", "the same day"],
  ["dev_events", "dev_dau_new_york", "days that share an hour with it"],
  ["dev_session_state", "dev_sessions_daily", "the month before"],
  ["dev_rows", "dev_session_state", "all days of the month"],
  ["dev_sessions_daily", "dev_retention_monthly", "all days of the month"],
  ["dev_sessions_daily", "dev_top_pages_yearly", "all days of the year"],
  ["dev_sessions_daily", "dev_session_report", "the same day"],
  ["dev_dau", "dev_kpi_board", "the last 30 days"],
  ["dev_retention_monthly", "dev_kpi_board", "the month before"],
  ["crm_contacts", "dev_user_months", "the newest version"],
  ["dev_events", "dev_user_months", "all days of the month"],
  ["dev_user_months", "dev_kpi_board", "the same month"],
  ["retail_files", "retail_orders", "the same day"],
  ["retail_orders", "retail_revenue_daily", "the same day"],
  ["retail_revenue_daily", "finance_close", "all days of the month"],
  ["fx_rates", "retail_revenue_daily", "the newest version"],
];

const SPECIAL: Record<string, Partial<GraphNode>> = {
  dev_arrivals: { kind: "source", owner: "platform", worst: "present", counts: counts({ present: 1057 }) },
  crm_contacts: { kind: "source", owner: "sales", worst: "present", counts: counts({ present: 1 }) },
  retail_files: {
    kind: "source",
    owner: "retail",
    worst: "missing",
    counts: counts({ missing: 6, present: 84 }),
  },
  fx_rates: { kind: "source", owner: "finance", worst: "present", counts: counts({ present: 400 }) },
  dev_sessions_daily: {
    worst: "failed",
    counts: counts({ failed: 12, stale: 61, running: 4, waiting: 9, fresh: 644 }),
    sla: "late",
    tags: ["kpi"],
  },
  dev_retention_monthly: { worst: "stale", counts: counts({ stale: 2, fresh: 22 }) },
  dev_top_pages_yearly: { worst: "stale", counts: counts({ stale: 1, fresh: 2 }) },
  dev_session_report: {
    kind: "export",
    owner: null,
    worst: "waiting",
    counts: counts({ waiting: 3, fresh: 700 }),
  },
  dev_user_months: { worst: "stale", counts: counts({ stale: 3, fresh: 33 }), paused: true },
  dev_events: { worst: "running", counts: counts({ running: 1, waiting: 3, fresh: 17_516 }) },
  retail_orders: {
    owner: "retail",
    worst: "missing-upstream",
    counts: counts({ "missing-upstream": 6, fresh: 84 }),
  },
  retail_revenue_daily: {
    owner: "retail",
    worst: "missing-upstream",
    counts: counts({ "missing-upstream": 6, missing: 2, fresh: 90 }),
    tags: ["kpi", "finance"],
  },
  finance_close: { owner: "finance", worst: "missing", counts: counts({ missing: 1, fresh: 11 }) },
};

function wholeGraph(): Graph {
  const names = [...new Set(EDGES.flatMap((edge) => edge.slice(0, 2)))];
  return {
    as_of: NOW.toISOString(),
    nodes: [...names, "site_orphan"].map((name) => node(name, SPECIAL[name])),
    edges: EDGES.map(([from, to, mapping]) => ({ from, to, mapping, required: from !== "crm_contacts" })),
    truncated: 0,
    focus: null,
  };
}

/** The shape of the example project: three parts that have nothing to do with each other. */
function exampleGraph(): Graph {
  const reads: [string, string][] = Object.entries(EXAMPLE).flatMap(([from, readers]) =>
    readers.split(" ").map((to): [string, string] => [from, to]),
  );
  return {
    ...wholeGraph(),
    nodes: [...new Set(reads.flat())].map((name) => node(name, SPECIAL[name])),
    edges: reads.map(([from, to]) => ({ from, to, mapping: "the same day", required: true })),
  };
}

const EXAMPLE = {
  dev_arrivals: "dev_rows dev_events dev_quality_daily",
  dev_rows:
    "dev_dau dev_dau_product dev_dau_new_york dev_active dev_arrival_lag_daily dev_dedup_daily dev_funnel_steps dev_top_pages_yearly dev_user_months dev_session_state",
  dev_events: "dev_dedup_daily",
  dev_funnel_steps: "dev_funnel_product",
  dev_user_months: "dev_users dev_churn_monthly dev_retention_monthly",
  dev_users: "dev_retention_monthly",
  dev_session_state: "dev_sessions_daily",
  retail_files: "retail_lines",
  retail_lines:
    "retail_quality_daily retail_top_products_monthly retail_revenue_daily retail_orders retail_customers",
  retail_quality_daily: "retail_missing_days",
  retail_customers: "retail_repeat_monthly retail_retention_monthly retail_churn_90d",
  retail_orders: "retail_repeat_monthly retail_retention_monthly",
  clicks_file: "click_views click_sessions click_top_urls",
  click_views: "click_dau click_readers click_retention_daily",
  click_readers: "click_retention_daily",
  click_sessions: "click_sessions_daily",
};

/** So many datasets, of all states. */
export function bigGraph(size: number): Graph {
  const drawn = randomGraph(size, 1);
  const states: Standing[] = [
    "fresh",
    "fresh",
    "fresh",
    "fresh",
    "fresh",
    "fresh",
    "stale",
    "failed",
    "running",
    "missing",
  ];
  return {
    as_of: NOW.toISOString(),
    nodes: drawn.nodes.map(({ id }, at) => {
      const worst = states[(at * 7) % states.length] ?? "fresh";
      return node(id, {
        worst,
        counts: counts({ [worst]: 4, fresh: 700 }),
        owner: `team_${at % 8}`,
        tags: [`area_${at % 5}`],
      });
    }),
    edges: drawn.edges.map((edge) => ({ ...edge, mapping: "the same day", required: true })),
    truncated: 0,
    focus: null,
  };
}

/** One dataset that 87 others read. */
export function hubGraph(): Graph {
  const names = Array.from({ length: 87 }, (_, at) => `mart_${String(at).padStart(3, "0")}`);
  return {
    ...wholeGraph(),
    nodes: [
      node("dev_rows", { worst: "stale", counts: counts({ stale: 2, fresh: 88 }) }),
      ...names.map((name, at) =>
        node(name, at % 9 === 0 ? { worst: "failed", counts: counts({ failed: 1, fresh: 80 }) } : {}),
      ),
    ],
    edges: names.map((to) => ({ from: "dev_rows", to, mapping: "the same day", required: true })),
  };
}

/** The neighbourhood of one dataset, with how many neighbours were left out. */
export function around(whole: Graph, focus: string, up: number, down: number): Graph {
  const names = new Set([focus]);
  for (const [hops, from, to] of [
    [up, "to", "from"],
    [down, "from", "to"],
  ] as const) {
    let edge = new Set([focus]);
    for (let hop = 0; hop < hops; hop += 1) {
      edge = new Set(whole.edges.filter((one) => edge.has(one[from])).map((one) => one[to]));
      for (const name of edge) names.add(name);
    }
  }
  const edges = whole.edges.filter((edge) => names.has(edge.from) && names.has(edge.to));
  const left = (name: string, side: "from" | "to") =>
    whole.edges.filter((edge) => edge[side] === name).length -
    edges.filter((edge) => edge[side] === name).length;
  return {
    ...whole,
    focus,
    edges,
    nodes: whole.nodes
      .filter(({ name }) => names.has(name))
      .map((one) => ({ ...one, hidden_up: left(one.name, "to"), hidden_down: left(one.name, "from") })),
  };
}

export const graph = { whole: wholeGraph, example: exampleGraph, big: bigGraph, hub: hubGraph };

const source = (id: number, day: string): LineageLink =>
  link({
    id,
    dataset: "dev_arrivals",
    partition: day,
    is_source: true,
    rows: 1_400_112,
    paths: [`landing/arrivals/${day}/part-0.jsonl.gz`, `landing/arrivals/${day}/part-1.jsonl.gz`],
  });

/** What one version was made from, or what was made from it. */
export function versionGraph(id: number, direction: "up" | "down"): VersionGraph {
  if (direction === "down") {
    return {
      nodes: [
        link({ id: 1320, dataset: "dev_retention_monthly", partition: "2026-11", rows: 120 }),
        link({ id: 1330, dataset: "dev_session_report", partition: "2026-11-21", rows: 48_213 }),
      ],
      edges: [
        { from: id, to: 1320 },
        { from: id, to: 1330 },
      ],
      truncated: false,
    };
  }
  return {
    nodes: [
      link({ id: 1260, dataset: "dev_events" }),
      link(),
      link({ id: 1190, dataset: "dev_session_state", partition: "2026-10", rows: 801_220 }),
      source(1100, "2026-11-21"),
      source(1101, "2026-11-22"),
    ],
    edges: [
      { from: 1260, to: id },
      { from: 1190, to: id },
      { from: 1250, to: 1260 },
      { from: 1100, to: 1250 },
      { from: 1101, to: 1250 },
    ],
    truncated: false,
  };
}
