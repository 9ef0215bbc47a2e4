import type { Attempt, Histogram, LineageLink, LogLine, Run, RunRow } from "@/lib/types";
import { NOW } from "./datasets";
import { materialization, runRow } from "./partitions";

const seconds = (before: number): string => new Date(NOW.getTime() - before * 1000).toISOString();

export function attempt(more: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    worker: 7,
    host: "w-7.batch",
    state: "committed",
    started_at: seconds(400),
    ended_at: seconds(388),
    error_code: null,
    error: null,
    exit_reason: null,
    peak_bytes: 812_004_112,
    cpu_seconds: 21.8,
    rows_read: 4_120_331,
    bytes_read: 301_600_000,
    rows_written: 48_213,
    bytes_written: 1_204_551,
    log_lines: 2400,
    ...more,
  };
}

export function link(more: Partial<LineageLink> = {}): LineageLink {
  return {
    id: 1250,
    dataset: "dev_rows",
    partition: "2026-11-21",
    rows: 4_120_331,
    committed_at: seconds(3000),
    paths: ["dev_rows/2026-11-21/v1250-0.parquet"],
    position: 0,
    is_source: false,
    ...more,
  };
}

function run(row: Partial<RunRow>, more: Partial<Run>): Run {
  return {
    ...runRow({ partition: "2026-11-21", reason: "stale_input", ...row }),
    sentence: "It succeeded on its first attempt after 12 s.",
    waits: null,
    attempts: [],
    inputs: [],
    inputs_of_now: false,
    output: null,
    stale_inputs: 0,
    deadline: new Date(NOW.getTime() + 7_200_000).toISOString(),
    events: [{ at: seconds(600), text: "made by backfill 17, because an input had changed" }],
    mended_by: null,
    made_again_by: null,
    ...more,
  };
}

const OUT_OF_MEMORY = "the executor used 4.1 GB of memory, allowed are 4 GB; it was stopped";

/** One run in each state that reads differently. */
export const aRun = {
  succeeded: (id = 1001): Run =>
    run(
      { id, started_at: seconds(400), finished_at: seconds(388), created_at: seconds(600) },
      {
        attempts: [attempt()],
        inputs: [
          link(),
          link({ id: 1190, dataset: "dev_session_state", partition: "2026-11", rows: 801_220 }),
        ],
        output: materialization({ partition: "2026-11-21", run: id }),
        stale_inputs: 1,
        events: [
          { at: seconds(600), text: "made by backfill 17, because an input had changed" },
          { at: seconds(400), text: "attempt 1 started on worker 7 (w-7.batch)" },
          { at: seconds(388), text: "published version 1314: 48,213 rows" },
        ],
      },
    ),
  failed: (id = 1002): Run =>
    run(
      {
        id,
        state: "failed",
        outcome: null,
        attempt: 3,
        created_at: seconds(2400),
        started_at: seconds(2300),
        finished_at: seconds(700),
        run_seconds: 724,
        error_code: "TM0401",
        error: OUT_OF_MEMORY,
      },
      {
        sentence: "It failed on attempt 3 of 3 after 12 m 04 s: out of memory on worker 7.",
        attempts: [
          attempt({
            state: "failed",
            started_at: seconds(2300),
            ended_at: seconds(2000),
            error_code: "TM0401",
            error: OUT_OF_MEMORY,
            exit_reason: "killed by the worker: memory",
            peak_bytes: 4_100_220_112,
            rows_written: null,
            bytes_written: null,
          }),
          attempt({
            number: 2,
            worker: 9,
            host: "w-9.batch",
            state: "expired",
            started_at: seconds(1900),
            ended_at: seconds(1500),
            exit_reason: "its worker was not heard of for 95 s",
            peak_bytes: null,
            cpu_seconds: null,
            rows_written: null,
            bytes_written: null,
            log_lines: 130,
          }),
          attempt({
            number: 3,
            state: "failed",
            started_at: seconds(1424),
            ended_at: seconds(700),
            error_code: "TM0401",
            error: OUT_OF_MEMORY,
            exit_reason: "killed by the worker: memory",
            peak_bytes: 4_100_990_112,
            rows_written: null,
            bytes_written: null,
          }),
        ],
        inputs: [link()],
        events: [
          { at: seconds(2400), text: "made by backfill 17, because an input had changed" },
          { at: seconds(2000), text: "attempt 1 failed (TM0401); it is tried again in 100 s" },
          { at: seconds(1500), text: "attempt 2 expired: worker 9 was not heard of for 95 s" },
          { at: seconds(700), text: "attempt 3 failed (TM0401); no attempt is left" },
        ],
      },
    ),
  running: (id = 1003): Run =>
    run(
      {
        id,
        state: "running",
        outcome: null,
        started_at: seconds(95),
        finished_at: null,
        run_seconds: null,
        created_at: seconds(140),
      },
      {
        sentence: "It has run for 1 m 35 s on worker 7; usual are 2 m 10 s.",
        attempts: [
          attempt({
            state: "running",
            started_at: seconds(95),
            ended_at: null,
            rows_written: null,
            bytes_written: null,
            log_lines: 240,
          }),
        ],
        inputs: [link()],
      },
    ),
  waiting: (id = 1004): Run =>
    run(
      {
        id,
        state: "waiting",
        outcome: null,
        attempt: 0,
        started_at: null,
        finished_at: null,
        run_seconds: null,
        wait_seconds: 240,
        waiting_on: 2,
        worker: null,
        created_at: seconds(240),
      },
      {
        sentence: "It waits for 2 inputs.",
        waits: {
          why: "inputs",
          text: "It waits for 2 runs that make its inputs.",
          position: null,
          expected_at: new Date(NOW.getTime() + 620_000).toISOString(),
          on: [
            { run: 1003, dataset: "dev_rows", partition: "2026-11-21", state: "running" },
            { run: 1005, dataset: "dev_session_state", partition: "2026-11", state: "ready" },
          ],
        },
      },
    ),
  ready: (id = 1005): Run =>
    run(
      {
        id,
        state: "ready",
        outcome: null,
        attempt: 0,
        started_at: null,
        finished_at: null,
        run_seconds: null,
        worker: null,
        created_at: seconds(240),
      },
      {
        sentence: "It has waited 4 m for the pool `warehouse`, all 8 slots of which are in use.",
        waits: {
          why: "pool_full",
          text: "Pool `warehouse` is full: 8 of 8 slots are in use, 6 by dev_events, 2 by dev_rows.",
          position: 12,
          expected_at: new Date(NOW.getTime() + 200_000).toISOString(),
          on: [],
        },
      },
    ),
};

const STATES = ["running", "waiting", "ready", "backoff", "failed", "cancelled", "succeeded"] as const;
const DATASETS = ["dev_events", "dev_rows", "dev_sessions_daily", "dev_dau", "retail_revenue_daily"];

/** A list that looks like life: what runs on top, then what is over, now and then a failure. */
export function manyRuns(many = 640): RunRow[] {
  return Array.from({ length: many }, (_, at): RunRow => {
    const state =
      at < 12
        ? (STATES[at % 4] ?? "running")
        : at % 37 === 3
          ? "failed"
          : at % 61 === 7
            ? "cancelled"
            : "succeeded";
    const started = state === "waiting" || state === "ready" ? null : seconds(60 + at * 97);
    const took = 2 + ((at * 7919) % 340) / 4;
    const over = state === "failed" || state === "cancelled" || state === "succeeded";
    return runRow({
      id: 20_000 - at,
      dataset: DATASETS[at % DATASETS.length] ?? "dev_rows",
      partition:
        at % 5 === 0
          ? `2026-11-21T${String(23 - (at % 24)).padStart(2, "0")}:00`
          : `2026-11-${String(21 - (at % 20)).padStart(2, "0")}`,
      state,
      outcome: state === "succeeded" ? (at % 9 === 0 ? "unchanged" : "published") : null,
      reason: ["missing", "stale_input", "stale_code", "upstream", "failed"][at % 5] ?? "missing",
      class: at % 3 === 0 ? "backfill" : at % 11 === 0 ? "late" : "live",
      backfill: 17 + (at % 6),
      attempt: started === null ? 0 : state === "failed" ? 3 : state === "backoff" ? 2 : 1,
      created_at: seconds(100 + at * 97),
      started_at: started,
      finished_at: over ? seconds(Math.max(1, 60 + at * 97 - took)) : null,
      wait_seconds: started === null ? null : 3 + ((at * 31) % 90),
      run_seconds: over ? took : null,
      worker: started === null ? null : 5 + (at % 4),
      error_code: state === "failed" ? "TM0401" : state === "backoff" ? "TM0412" : null,
      error: state === "failed" ? OUT_OF_MEMORY : state === "backoff" ? "could not start an executor" : null,
      waiting_on: state === "waiting" ? 2 : 0,
    });
  });
}

export function histogram(from: Date, to: Date): Histogram {
  const step = Math.max(900, Math.ceil((to.getTime() - from.getTime()) / 96_000 / 60) * 60);
  const buckets = [];
  for (let at = Math.floor(from.getTime() / 1000 / step) * step; at * 1000 < to.getTime(); at += step) {
    const turn = at / step;
    buckets.push({
      at: new Date(at * 1000).toISOString(),
      succeeded: Math.round(40 + 30 * Math.sin(turn / 8) + (turn % 5) * 4),
      failed: turn % 23 === 4 ? 5 : turn % 41 === 0 ? 2 : 0,
      cancelled: turn % 37 === 0 ? 8 : 0,
    });
  }
  return { seconds: step, buckets };
}

const TEXTS = [
  "info jobs: read part 12 of 48 rows=85840 ms=210",
  "info jobs: joined sessions with events rows=4120331",
  "GET s3://acme-lake/dev_rows/2026-11-21/v1250-0.parquet 206 1048576 bytes",
  "warn jobs: 3 rows rejected: user_email is not an address",
  "memory 812 MB of 4096 MB",
];

/** The lines of an attempt; some are left out in the middle, one is very long. */
export function logLines(of: number, many: number, from = 400): LogLine[] {
  const all = Array.from({ length: many }, (_, at): LogLine => {
    const number = at + 1;
    const long = number === many - 6;
    return {
      attempt: of,
      number,
      at: seconds(from - (at * from) / Math.max(1, many)),
      source: at % 17 === 0 ? "stderr" : at % 5 === 1 ? "event" : "stdout",
      text: long ? `row ${"abcdefghij ".repeat(900)}` : `${TEXTS[at % TEXTS.length]} #${number}`,
      gap: false,
    };
  });
  // Lines 120 to 159 were left out.
  const kept = all.filter((line) => line.number < 120 || line.number > 159 || many < 300);
  return kept.map((line) => (line.number === 160 && many >= 300 ? { ...line, gap: true } : line));
}
