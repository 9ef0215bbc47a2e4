import type { Backfill, BackfillDetail, Plan, PlanRequest } from "@/lib/types";
import { NOW } from "./datasets";
import { runRow } from "./partitions";

const minutes = (before: number): string => new Date(NOW.getTime() - before * 60_000).toISOString();

const base: Backfill = {
  id: 17,
  state: "active",
  request: "dev_sessions_daily 2024-12..2026-11 --stale --upstream",
  origin: "person",
  class: "backfill",
  priority: 0,
  concurrency: 8,
  created_by: "ana",
  created_at: minutes(64),
  finished_at: null,
  paused_at: null,
  paused_by: null,
  runs: 2184,
  published: 1310,
  unchanged: 80,
  failed: 12,
  cancelled: 0,
  running: 8,
  rate: 0.37,
  seconds_left: 2090,
  retry_of: null,
};

/** One backfill in each state. */
export const backfill = {
  active: (more: Partial<Backfill> = {}): Backfill => ({ ...base, ...more }),
  paused: (more: Partial<Backfill> = {}): Backfill => ({
    ...base,
    id: 18,
    request: "dev_events 2026-11-21",
    runs: 24,
    published: 10,
    unchanged: 0,
    failed: 0,
    running: 0,
    rate: null,
    seconds_left: null,
    paused_at: minutes(12),
    paused_by: "ben",
    ...more,
  }),
  completed: (more: Partial<Backfill> = {}): Backfill => ({
    ...base,
    id: 16,
    state: "completed",
    request: "dev_dau 2026-11-20",
    origin: "automation",
    class: "live",
    created_by: "automation",
    runs: 4,
    published: 3,
    unchanged: 1,
    failed: 0,
    running: 0,
    rate: null,
    seconds_left: null,
    concurrency: null,
    created_at: minutes(500),
    finished_at: minutes(498),
    ...more,
  }),
  failed: (more: Partial<Backfill> = {}): Backfill => ({
    ...base,
    id: 15,
    state: "failed",
    request: "retail_revenue_daily 2026-08..2026-10 --missing",
    runs: 92,
    published: 74,
    unchanged: 0,
    failed: 12,
    cancelled: 6,
    running: 0,
    rate: null,
    seconds_left: null,
    created_at: minutes(1700),
    finished_at: minutes(1610),
    ...more,
  }),
  cancelled: (more: Partial<Backfill> = {}): Backfill => ({
    ...base,
    id: 14,
    state: "cancelled",
    request: "dev_events --all",
    created_by: "ben",
    runs: 17_520,
    published: 220,
    unchanged: 0,
    failed: 0,
    cancelled: 17_300,
    running: 0,
    rate: null,
    seconds_left: null,
    created_at: minutes(3000),
    finished_at: minutes(2950),
    ...more,
  }),
};

export function manyBackfills(): Backfill[] {
  const first = [
    backfill.paused(),
    backfill.active(),
    backfill.completed(),
    backfill.failed(),
    backfill.cancelled(),
  ];
  const rest = Array.from({ length: 60 }, (_, at) =>
    backfill.completed({
      id: 13 - at > 0 ? 13 - at : 900 + at,
      created_at: minutes(4000 + at * 30),
      origin: at % 2 === 0 ? "schedule" : "automation",
      created_by: at % 2 === 0 ? "schedule" : "automation",
    }),
  );
  return [...first, ...rest];
}

const none = { waiting: 0, ready: 0, running: 0, published: 0, unchanged: 0, failed: 0, cancelled: 0 };

export function detail(of: Backfill): BackfillDetail {
  const active = of.state === "active" && !of.paused_at;
  return {
    ...of,
    sentence: SENTENCES[of.paused_at ? "paused" : of.state],
    steps: [
      {
        ...none,
        dataset: "dev_rows",
        wave: 1,
        published: Math.min(713, of.published),
        unchanged: of.unchanged,
      },
      {
        ...none,
        dataset: "dev_session_state",
        wave: 2,
        published: active ? 22 : 0,
        running: active ? 1 : 0,
        waiting: active ? 1 : 0,
      },
      {
        ...none,
        dataset: "dev_sessions_daily",
        wave: 3,
        published: Math.max(0, of.published - 735),
        running: Math.max(0, of.running - 1),
        ready: active ? 31 : 0,
        waiting: active ? 120 : 0,
        failed: of.failed,
        cancelled: of.cancelled,
      },
      { ...none, dataset: "dev_retention_monthly", wave: 4, waiting: active ? 24 : 0 },
    ],
    causes:
      of.failed > 0
        ? [
            {
              code: "TM0401",
              error: "the executor used 4.1 GB of memory, allowed are 4 GB; it was stopped",
              runs: of.failed - 3,
              datasets: [{ dataset: "dev_sessions_daily", runs: of.failed - 3 }],
              example: 1002,
              blocked: of.cancelled,
              blocked_datasets: of.cancelled > 0 ? [{ dataset: "dev_user_months", runs: of.cancelled }] : [],
            },
            {
              code: "TM0302",
              error: "column `seconds` has 12 values below 0; the contract wants at least 0",
              runs: 3,
              datasets: [{ dataset: "dev_sessions_daily", runs: 3 }],
              example: 1002,
              blocked: 0,
              blocked_datasets: [],
            },
          ]
        : [],
    cancellations:
      of.cancelled > 0 && of.failed === 0
        ? [{ reason: "cancelled by ben", runs: of.cancelled, example: 1001 }]
        : [],
    waits: active
      ? [
          {
            dataset: "dev_sessions_daily",
            why: "inputs",
            text: "they wait for runs that make their inputs",
            runs: 120,
            example: 1004,
          },
          {
            dataset: "dev_sessions_daily",
            why: "pool_full",
            text: "pool `warehouse` is full: 8 of 8 slots are in use",
            runs: 31,
            example: 1005,
          },
          {
            dataset: "dev_retention_monthly",
            why: "inputs",
            text: "they wait for runs that make their inputs",
            runs: 24,
            example: 1004,
          },
        ]
      : [],
    events: [
      { at: of.created_at, by: of.created_by, action: "started it", details: "" },
      { at: minutes(40), by: "ana", action: "changed it", details: "at once: from 4 to 8" },
      ...(of.paused_at
        ? [
            {
              at: of.paused_at,
              by: of.paused_by ?? "",
              action: "paused it",
              details: "runs that were running may finish",
            },
          ]
        : []),
    ],
    plan: null,
    plan_hash: "aae2f72b5c50198b",
    now_running: active
      ? Array.from({ length: 6 }, (_, at) =>
          runRow({
            id: 1003 + at,
            state: "running",
            partition: `2026-0${at + 1}-14`,
            started_at: minutes(1 + at / 3),
            finished_at: null,
            run_seconds: null,
            attempt: at === 2 ? 2 : 1,
            worker: 5 + at,
          }),
        )
      : [],
  };
}

const SENTENCES: Record<Backfill["state"] | "paused", string> = {
  active: "1,390 of 2,184 made, 8 running, 12 failed; about 35 m left.",
  paused: "Paused by ben 12 m ago; 10 of 24 are done.",
  completed: "Everything is done: 3 published, 1 unchanged.",
  failed: "It is over: 12 of 92 failed and 6 that needed them were cancelled.",
  cancelled: "Cancelled by ben after 220 of 17,520.",
};

/** A plan for a request; what is asked for decides how large it is. */
export const plan = {
  usual: (request: PlanRequest): Plan => {
    const [first] = request.targets;
    const dataset = first?.dataset ?? "dev_dau";
    const range = {
      from: "2026-08-22",
      to: "2026-11-21",
      before: "2026-11-22",
      partitions: 92,
      dimensions: {},
    };
    const up = request.upstream
      ? [
          {
            dataset: "dev_rows",
            wave: 1,
            in_order: false,
            reason: "missing",
            more_ranges: 0,
            partitions: 92,
            ranges: [range],
            seconds: 1104,
            bytes: 92_000_000,
            cost: null,
          },
        ]
      : [];
    const wave = up.length + 1;
    const down = request.downstream
      ? [
          {
            dataset: "dev_retention_monthly",
            wave: wave + 1,
            in_order: true,
            reason: "upstream",
            more_ranges: 0,
            partitions: 4,
            ranges: [{ from: "2026-08", to: "2026-11", before: "2026-12", partitions: 4, dimensions: {} }],
            seconds: 61,
            bytes: 4_200_000,
            cost: null,
          },
        ]
      : [];
    const own = [
      {
        dataset,
        wave,
        in_order: false,
        reason: "stale_input",
        more_ranges: 0,
        partitions: 61,
        ranges: [{ ...range, to: "2026-10-21", before: "2026-10-22", partitions: 61 }],
        seconds: 780,
        bytes: 61_000_000,
        cost: null,
      },
      {
        dataset,
        wave,
        in_order: false,
        reason: "missing",
        more_ranges: 0,
        partitions: 31,
        ranges: Array.from({ length: 8 }, (_, at) => ({
          from: `2026-11-0${at + 1}`,
          to: `2026-11-0${at + 1}`,
          before: null,
          partitions: 1,
          dimensions: {},
        })),
        seconds: 400,
        bytes: 31_000_000,
        cost: null,
      },
    ];
    const steps = [...up, ...own, ...down];
    const runs = steps.reduce((sum, step) => sum + step.partitions, 0);
    const datasets = new Set(steps.map((step) => step.dataset)).size;
    return {
      hash: `aae2f72b5c50198b-${runs}`,
      runs_max: 100_000,
      runs,
      steps,
      blocked: request.upstream
        ? []
        : [
            {
              dataset,
              partitions: 3,
              ranges: [{ from: "2026-11-19", to: "2026-11-21", before: null, partitions: 3, dimensions: {} }],
              needs: "dev_rows",
              lacks: [{ from: "2026-11-19", to: "2026-11-21", before: null, partitions: 3, dimensions: {} }],
              could_be_made: true,
              is_source: false,
            },
            {
              dataset,
              partitions: 6,
              ranges: [],
              needs: "retail_files",
              lacks: [{ from: "2026-08-29", to: "2026-08-29", before: null, partitions: 1, dimensions: {} }],
              could_be_made: false,
              is_source: true,
            },
          ],
      estimate: {
        seconds: 780,
        seconds_p90: 1260,
        finish_at: new Date(NOW.getTime() + 780_000).toISOString(),
        finish_at_p90: new Date(NOW.getTime() + 1_260_000).toISOString(),
        work_seconds: 2345,
        bytes: 188_200_000,
        cost: null,
        slots: 8,
        unknown: request.downstream ? ["dev_retention_monthly"] : [],
      },
      as_of: NOW.toISOString(),
      waves: wave + down.length,
      sentence: `${runs} partitions of ${datasets} ${datasets === 1 ? "dataset" : "datasets"} in ${wave + down.length} waves.`,
      cli: `tidemill backfill ${dataset} ${first?.ranges ?? ""} --missing --failed --stale${request.upstream ? " --upstream" : ""} --newest-first`.replaceAll(
        "  ",
        " ",
      ),
    };
  },
  empty: (request: PlanRequest): Plan => ({
    ...plan.usual(request),
    hash: "empty",
    runs: 0,
    steps: [],
    blocked: [],
    waves: 0,
    sentence: "Nothing to do: everything asked for is up to date.",
  }),
  huge: (request: PlanRequest): Plan => {
    const usual = plan.usual({ ...request, upstream: true });
    const [step] = usual.steps;
    return {
      ...usual,
      hash: "huge",
      runs: 17_520,
      steps: step ? [{ ...step, dataset: request.targets[0]?.dataset ?? "", partitions: 17_520 }] : [],
      sentence: "17,520 partitions of 1 dataset in 1 wave.",
    };
  },
};
