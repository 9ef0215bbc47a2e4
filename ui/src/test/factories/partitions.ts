import type {
  Manifest,
  Materialization,
  MaterializationDetail,
  Partition,
  Preview,
  RunRow,
} from "@/lib/types";

export function materialization(more: Partial<Materialization> = {}): Materialization {
  return {
    id: 1314,
    dataset: "dev_sessions_daily",
    partition: "2026-11-19",
    run: 1021,
    attempt: 1,
    rows: 48_213,
    bytes: 1_204_551,
    rejected: 3,
    committed_at: "2026-11-20T00:09:27Z",
    seconds: 12.4,
    head: true,
    expired_at: null,
    code: "cf691e6db2f1",
    content: "9b1f",
    ...more,
  };
}

export function runRow(more: Partial<RunRow> = {}): RunRow {
  return {
    id: 1021,
    dataset: "dev_sessions_daily",
    partition: "2026-11-19",
    state: "succeeded",
    outcome: "published",
    reason: "stale: input",
    class: "live",
    backfill: 17,
    attempt: 1,
    created_at: "2026-11-20T00:05:00Z",
    started_at: "2026-11-20T00:09:14Z",
    finished_at: "2026-11-20T00:09:27Z",
    wait_seconds: 254,
    run_seconds: 12.4,
    worker: 7,
    error_code: null,
    error: null,
    waiting_on: 0,
    ...more,
  };
}

/** One partition in each state that reads differently. */
export const partition = {
  stale: (dataset: string, key: string): Partition => ({
    dataset,
    key,
    ordinal: Math.floor(Date.parse(key.slice(0, 10)) / 86_400_000) || 0,
    slice: [],
    starts_at: "2026-11-18T23:00:00Z",
    ends_at: "2026-11-19T23:00:00Z",
    standing: "stale",
    reason: "input",
    why: {
      sentence: "It is stale: an input has changed since it was made.",
      causes: [
        {
          dataset: "dev_rows",
          partition: key,
          text: "was published again with other rows",
          at: "2026-11-22T05:52:49Z",
          rows: 48_253,
          depth: 0,
          source: false,
        },
        {
          dataset: "dev_arrivals",
          partition: "2026-11",
          text: "came with 40 rows for this window",
          at: "2026-11-22T05:52:40Z",
          rows: 40,
          depth: 1,
          source: true,
        },
      ],
    },
    head: materialization({ dataset, partition: key }),
    versions: [
      materialization({ dataset, partition: key }),
      materialization({
        id: 902,
        run: 700,
        head: false,
        rows: 48_001,
        committed_at: "2026-11-19T23:40:00Z",
        expired_at: "2026-11-21T00:00:00Z",
      }),
    ],
    runs: [
      runRow({ dataset, partition: key }),
      runRow({
        id: 700,
        state: "failed",
        attempt: 3,
        error_code: "TM0401",
        error: "out of memory",
        finished_at: "2026-11-19T23:40:00Z",
        run_seconds: 724,
      }),
    ],
    live_run: null,
    slas: [],
    failure: null,
  }),
  failed: (dataset: string, key: string): Partition => ({
    ...partition.stale(dataset, key),
    standing: "failed",
    reason: null,
    why: {
      sentence: "Its last run failed after 3 attempts, and nothing will try again by itself.",
      causes: [],
    },
    failure: {
      run: 1177,
      code: "TM0401",
      message: "attempt used 4.1 GB, allowed are 4 GB",
      at: "2026-11-22T05:41:00Z",
    },
    slas: [
      {
        dataset,
        rule: "complete by 07:00 Europe/Berlin the day after",
        partition: key,
        due_at: "2026-11-22T06:00:00Z",
        completed_at: null,
        state: "late",
        late_seconds: 840,
        blocking: null,
      },
    ],
  }),
};

export function materializationDetail(id: number): MaterializationDetail {
  return {
    ...materialization({ id }),
    paths: ["dev_sessions_daily/2026-11-19/1021-1/part-0.parquet"],
    inputs: [],
    outputs: [],
    profile: [
      {
        name: "day",
        type: "date",
        nulls: 0,
        distinct: 1,
        min: "2026-11-19",
        max: "2026-11-19",
        mean: null,
        masked: false,
      },
      {
        name: "product",
        type: "string",
        nulls: 0,
        distinct: 4,
        min: "app",
        max: "web",
        mean: null,
        masked: false,
      },
      {
        name: "user_email",
        type: "string",
        nulls: 1204,
        distinct: 40_022,
        min: null,
        max: null,
        mean: null,
        masked: true,
      },
      { name: "sessions", type: "int64", nulls: 0, distinct: 31, min: 1, max: 44, mean: 1.82, masked: false },
      {
        name: "seconds",
        type: "float64",
        nulls: 12,
        distinct: 20_118,
        min: 0.2,
        max: 14_021.5,
        mean: 311.4,
        masked: false,
      },
    ],
  };
}

export function preview(dataset: string, key: string): Preview {
  const products = ["app", "shop", "site", "web"];
  return {
    dataset,
    partition: key,
    materialization: 1314,
    columns: [
      { name: "day", type: "date", masked: false },
      { name: "product", type: "string", masked: false },
      { name: "user_email", type: "string", masked: true },
      { name: "sessions", type: "int64", masked: false },
      { name: "seconds", type: "float64", masked: false },
    ],
    rows: Array.from({ length: 24 }, (_, at) => [
      key,
      products[at % 4],
      null,
      1 + (at % 7),
      at % 5 === 0 ? null : 41.5 * at,
    ]),
    total_rows: 48_213,
    more_columns: 0,
  };
}

export function manifest(dataset: string): Manifest {
  return {
    dataset,
    is_source: false,
    commit: 4211,
    as_of: "2026-11-22T06:14:00Z",
    files: Array.from({ length: 40 }, (_, at) => ({
      path: `${dataset}/2026-10-${String(1 + (at % 30)).padStart(2, "0")}/10${at}-1/part-0.parquet`,
      url: `s3://acme-lake/${dataset}/part-${at}.parquet`,
      bytes: 1_204_551 + at * 991,
      hash: `9b1f${at}77aa01c2d3e4f5a6b7c8`,
      rows: 48_000 + at * 17,
      partition: `2026-10-${String(1 + (at % 30)).padStart(2, "0")}`,
      materialization: 1200 + at,
    })),
    next: null,
    snippets: {
      duckdb: `select * from read_parquet([\n  's3://acme-lake/${dataset}/2026-10-01/100-1/part-0.parquet',\n  's3://acme-lake/${dataset}/2026-10-02/101-1/part-0.parquet'\n]);`,
      polars: `import polars as pl\n\nfiles = httpx.get("http://localhost:7117/api/v1/datasets/${dataset}/manifest?commit=4211").json()["files"]\nframe = pl.scan_parquet([file["url"] for file in files])`,
      spark: `spark.read.parquet(*[file["url"] for file in files])`,
    },
  };
}
