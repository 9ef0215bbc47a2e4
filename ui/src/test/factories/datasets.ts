import type { Axis, Dataset, DatasetRow, Health, Hold, Standing } from "@/lib/types";

export const NOW = new Date("2026-11-22T06:14:00Z");

const STATES: Standing[] = [
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
const REASONS = [null, null, null, null, null, "code", "input", "upstream", null, null];

function zeros(): Record<Standing, number> {
  return {
    failed: 0,
    stale: 0,
    missing: 0,
    "missing-upstream": 0,
    running: 0,
    waiting: 0,
    fresh: 0,
    present: 0,
  };
}

export function counts(some: Partial<Record<Standing, number>>): Record<Standing, number> {
  return { ...zeros(), ...some };
}

const ORDER: Standing[] = [
  "failed",
  "stale",
  "missing",
  "missing-upstream",
  "running",
  "waiting",
  "fresh",
  "present",
];

function row(name: string, more: Partial<DatasetRow>): DatasetRow {
  const made = more.counts ?? counts({ fresh: 730 });
  return {
    name,
    kind: "transform",
    owner: "growth",
    tags: [],
    description: null,
    cut: "daily",
    zone: "Europe/Berlin",
    partitions: Object.values(made).reduce((sum, one) => sum + (one ?? 0), 0),
    counts: made,
    worst: ORDER.find((standing) => (made[standing] ?? 0) > 0) ?? "fresh",
    published_at: "2026-11-22T06:02:11Z",
    paused: false,
    automation: "eager",
    sla: null,
    strip: Array.from({ length: 30 }, () => 8),
    ...more,
  };
}

/** The rows of the catalog: one in each state worth seeing. */
export const datasetRow = {
  fresh: (name = "dev_dau") =>
    row(name, { description: "Daily active users by product", tags: ["kpi"], sla: "met" }),
  failed: (name = "dev_sessions_daily") =>
    row(name, {
      counts: counts({ failed: 12, stale: 61, running: 4, waiting: 9, fresh: 644 }),
      strip: [8, 8, 8, 5, 5, 8, 8, 8, 8, 8, 6, 8, 8, 8, 8, 8, 2, 2, 8, 8, 8, 8, 8, 8, 8, 7, 7, 0, 1, 2],
      sla: "late",
      description: "Sessions of all products, one row for each",
    }),
  stale: (name = "dev_user_months") =>
    row(name, {
      cut: "monthly",
      counts: counts({ stale: 3, fresh: 33 }),
      strip: [...Array(27).fill(8), 5, 6, 7],
    }),
  missing: (name = "retail_revenue_daily") =>
    row(name, {
      owner: "retail",
      counts: counts({ "missing-upstream": 6, missing: 2, fresh: 90 }),
      strip: Array.from({ length: 30 }, (_, at) => (at % 7 === 5 ? 3 : 8)),
      automation: "scheduled",
      tags: ["kpi", "finance"],
    }),
  running: (name = "dev_events") =>
    row(name, { cut: "hourly", counts: counts({ running: 1, waiting: 3, fresh: 17_516 }) }),
  source: (name = "dev_arrivals") =>
    row(name, {
      kind: "source",
      owner: "platform",
      counts: counts({ present: 1057 }),
      automation: null,
      strip: Array(30).fill(9),
    }),
  paused: (name = "site_top_pages") =>
    row(name, { owner: null, paused: true, counts: counts({ stale: 2, fresh: 88 }) }),
  empty: (name = "site_retention") =>
    row(name, {
      counts: counts({ missing: 90 }),
      published_at: null,
      strip: Array(30).fill(4),
      automation: "manual",
    }),
};

export function manyRows(): DatasetRow[] {
  const first = [
    datasetRow.failed(),
    datasetRow.missing(),
    datasetRow.stale(),
    datasetRow.paused(),
    datasetRow.empty(),
    datasetRow.running(),
    datasetRow.fresh(),
    datasetRow.source(),
  ];
  const rest = [
    "dev_rows",
    "dev_dedup_daily",
    "dev_active",
    "dev_top_pages_yearly",
    "dev_dau_new_york",
    "crm_contacts",
  ];
  const more = rest.map((name) => datasetRow.fresh(name));
  const hundred = Array.from({ length: 130 }, (_, at) =>
    datasetRow.fresh(`mart_${String(at).padStart(3, "0")}`),
  );
  return [...first, ...more, ...hundred];
}

const DAY = 86_400_000;

export const axis = {
  daily: (): Axis => ({
    unit: "day",
    step: 1,
    zone: "Europe/Berlin",
    first: Date.parse("2024-12-03") / DAY,
    end: Date.parse("2026-11-23") / DAY,
    origin: "2024-12-02T23:00:00Z",
  }),
  hourly: (hours = 24 * 90): Axis => {
    const end = Math.floor(NOW.getTime() / 3_600_000);
    return {
      unit: "hour",
      step: 1,
      zone: "Europe/Berlin",
      first: 1000,
      end: 1000 + hours,
      origin: new Date((end - hours) * 3_600_000).toISOString(),
    };
  },
};

// Runs that look like life: mostly fresh, some of everything, busy at the end.
function lifelike(length: number, seed: number): number[] {
  let state = seed;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const runs: number[] = [];
  let left = length;
  const take = (what: number, many: number) => {
    const some = Math.max(0, Math.min(left, many));
    if (some > 0) runs.push(what, some);
    left -= some;
  };
  while (left > 24) {
    take(8, 5 + Math.floor(next() * 70));
    take([2, 3, 4, 5, 6, 7][Math.floor(next() * 6)] ?? 2, 1 + Math.floor(next() * next() * 14));
  }
  take(8, left - 14);
  take(0, 4);
  take(1, 8);
  take(2, left);
  return runs;
}

function tally(runs: readonly number[]): Record<Standing, number> {
  const made = zeros();
  for (let at = 0; at + 1 < runs.length; at += 2) {
    const standing = STATES[runs[at] ?? -1];
    if (standing) made[standing] += runs[at + 1] ?? 0;
  }
  return made;
}

/** The health of a dataset with so many partitions. */
export function health(dataset: string, of: Axis, slices: string[][] = [[]]): Health {
  return {
    dataset,
    as_of: NOW.toISOString(),
    version: "1",
    axis: of,
    states: STATES,
    reasons: REASONS,
    series: slices.map((slice, at) => {
      const runs = lifelike(of.end - of.first, 7 + at);
      return { slice, first: of.first, runs, counts: tally(runs) };
    }),
    more_series: 0,
    width: 1,
  };
}

export function dataset(base: DatasetRow, of: Axis): Dataset {
  return {
    ...base,
    zone: of.zone,
    scheme: of,
    dimensions: [],
    inputs: [
      { dataset: "dev_rows", mapping: "the same day", required: true },
      { dataset: "dev_session_state", mapping: "the month it lies in", required: true },
      { dataset: "crm_contacts", mapping: "the newest version", required: false },
    ],
    outputs: [
      { dataset: "dev_retention_monthly", mapping: "all days of the month", required: true },
      { dataset: "dev_top_pages_yearly", mapping: "all days of the year", required: true },
    ],
    columns: [
      {
        name: "day",
        type: "date",
        nullable: false,
        description: "The local day of the session",
        masked: false,
      },
      { name: "product", type: "string", nullable: false, description: null, masked: false },
      { name: "user_email", type: "string", nullable: true, description: "Who it was", masked: true },
      {
        name: "sessions",
        type: "int64",
        nullable: false,
        description: "How many began on that day",
        masked: false,
      },
      {
        name: "seconds",
        type: "float64",
        nullable: true,
        description: "Their length, together",
        masked: false,
      },
    ],
    contract: [
      "`day`, `product`, `user_email` together are unique",
      "`sessions` is at least 1",
      "at most 1% of rows are rejected",
    ],
    schedule: null,
    automation_policy: "as soon as an input has changed",
    retry: "3 times, after 10 s, 1 m and 5 m",
    timeout_seconds: 900,
    pool: "default",
    pool_weight: 1,
    concurrency: 4,
    fuse: "up to 31 days at once",
    code: [
      { fingerprint: "cf691e6db2f1a7c0", since: "2026-11-14T10:00:00Z" },
      { fingerprint: "09ab77d1c2e3f4a5", since: "2026-10-02T09:12:00Z" },
    ],
    slas: base.sla
      ? [
          {
            id: `${base.name}:complete_by`,
            dataset: base.name,
            rule: "complete by 07:00 Europe/Berlin the day after",
            objective: 0.99,
          },
        ]
      : [],
    paused_at: base.paused ? "2026-11-12T08:00:00Z" : null,
    paused_by: base.paused ? "ben" : null,
    watch:
      base.kind === "source"
        ? {
            observed_at: "2026-11-22T06:11:00Z",
            changed_at: "2026-11-22T06:02:11Z",
            next_at: "2026-11-22T06:21:00Z",
            looking: false,
            fault: null,
            fault_since: null,
          }
        : null,
    location: `s3://acme-lake/${base.name}/`,
  };
}

/** What could be made of a dataset cut by day, and is not. */
export const hold = {
  approval: (): Hold => ({
    why: "approval",
    reason: "`dev_rows` changed; waits for a person",
    input: "dev_rows",
    since: "2026-11-22T05:52:49Z",
    until: null,
    needs_a_person: true,
    partitions: 5,
    ranges: [
      { slice: [], first: 20_770, after: 20_774, from: "2026-11-13", to: "2026-11-16" },
      { slice: [], first: 20_776, after: 20_777, from: "2026-11-19", to: "2026-11-19" },
    ],
  }),
  debounce: (): Hold => ({
    why: "debounce",
    reason: "`crm_contacts` is changing; made once it has been quiet",
    input: "crm_contacts",
    since: "2026-11-22T06:10:00Z",
    until: "2026-11-22T06:20:00Z",
    needs_a_person: false,
    partitions: 1,
    ranges: [{ slice: [], first: 20_779, after: 20_780, from: "2026-11-22", to: "2026-11-22" }],
  }),
};
