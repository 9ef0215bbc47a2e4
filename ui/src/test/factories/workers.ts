import type { Pool, Queue, Worker } from "@/lib/types";
import { minutes } from "./moments";

let ids = 0;

function makeWorker(over: Partial<Worker> = {}): Worker {
  ids += 1;
  return {
    id: ids,
    host: `mill-${ids}`,
    pid: 4100 + ids,
    slots: 8,
    running: 5,
    pools: null,
    started_at: minutes(-2_900),
    ended_at: null,
    alive: true,
    beat_at: minutes(-0.1),
    codes: 35,
    codes_current: true,
    ...over,
  };
}

export const worker = {
  alive: () => makeWorker(),
  slow: () => makeWorker({ beat_at: minutes(-0.8) }),
  silent: () => makeWorker({ alive: false, beat_at: minutes(-7), running: 3 }),
  ended: () => makeWorker({ alive: false, ended_at: minutes(-300), beat_at: minutes(-300), running: 0 }),
  oldCode: () => makeWorker({ codes_current: false, codes: 34 }),
  ofPools: (...pools: string[]) => makeWorker({ pools, slots: 4, running: 4 }),
};

function makePool(name: string, over: Partial<Pool> = {}): Pool {
  return {
    name,
    slots: 16,
    used: 11,
    waiting: 0,
    overridden: false,
    weights: { live: 8, late: 4, backfill: 2 },
    floors: { live: 2, late: 0, backfill: 1 },
    holders: [
      { dataset: "dev_rows", runs: 6, slots: 6 },
      { dataset: "dev_dau", runs: 3, slots: 3 },
      { dataset: "retail_revenue_daily", runs: 2, slots: 2 },
    ],
    oldest_wait_seconds: null,
    ...over,
  };
}

export const pool = {
  free: () => makePool("default"),
  full: () =>
    makePool("warehouse", {
      slots: 8,
      used: 8,
      waiting: 214,
      oldest_wait_seconds: 1_140,
      holders: [{ dataset: "finance_ledger_monthly", runs: 4, slots: 8 }],
    }),
  overridden: () =>
    makePool("crm", {
      slots: 2,
      used: 4,
      overridden: true,
      waiting: 12,
      oldest_wait_seconds: 95,
      holders: [{ dataset: "crm_contacts_daily", runs: 4, slots: 4 }],
    }),
  unlimited: () =>
    makePool("light", {
      slots: null,
      used: 3,
      holders: [{ dataset: "site_views_hourly", runs: 3, slots: 3 }],
    }),
  unserved: () =>
    makePool("gpu", { slots: 2, used: 0, waiting: 12, oldest_wait_seconds: 3_720, holders: [] }),
  idle: () => makePool("exports", { slots: 4, used: 0, holders: [] }),
};

export const pools = (): Pool[] => [
  pool.free(),
  pool.full(),
  pool.overridden(),
  pool.unlimited(),
  pool.unserved(),
  pool.idle(),
];

export const workers = (): Worker[] => [
  makeWorker({ pools: ["default", "warehouse", "crm", "light", "exports"] }),
  makeWorker({ pools: ["default", "light"], codes_current: false, codes: 34 }),
  makeWorker({
    pools: ["default", "warehouse", "crm", "light", "exports"],
    alive: false,
    beat_at: minutes(-7),
    running: 3,
  }),
  worker.ofPools("crm"),
  { ...worker.ended(), pools: ["default"] },
];

export const queue = (): Queue => ({
  as_of: minutes(0),
  lanes: [
    { class: "live", pool: "default", state: "running", runs: 5, oldest_seconds: 40 },
    { class: "late", pool: "default", state: "running", runs: 2, oldest_seconds: 61 },
    { class: "backfill", pool: "default", state: "running", runs: 4, oldest_seconds: 300 },
    { class: "backfill", pool: "warehouse", state: "running", runs: 4, oldest_seconds: 900 },
    { class: "live", pool: "crm", state: "running", runs: 1, oldest_seconds: 30 },
    { class: "backfill", pool: "crm", state: "running", runs: 3, oldest_seconds: 80 },
    { class: "live", pool: "light", state: "running", runs: 3, oldest_seconds: 8 },
    { class: "live", pool: "warehouse", state: "ready", runs: 2, oldest_seconds: 1_140 },
    { class: "backfill", pool: "warehouse", state: "ready", runs: 212, oldest_seconds: 1_100 },
    { class: "backfill", pool: "crm", state: "ready", runs: 12, oldest_seconds: 95 },
    { class: "late", pool: "gpu", state: "ready", runs: 12, oldest_seconds: 3_720 },
    { class: "backfill", pool: "default", state: "waiting", runs: 1_840, oldest_seconds: 1_300 },
    { class: "backfill", pool: "default", state: "backoff", runs: 3, oldest_seconds: 200 },
  ],
  waits: [
    {
      why: "no_pool",
      text: "no living worker takes runs of pool `gpu`",
      runs: 12,
      dataset: "dev_embeddings",
      example: 48_300,
    },
    {
      why: "pool",
      text: "pool `warehouse` is full: 8 of 8 slots in use",
      runs: 214,
      dataset: "finance_ledger_monthly",
      example: 48_411,
    },
    {
      why: "inputs",
      text: "waits for other runs",
      runs: 1_840,
      dataset: "dev_sessions_daily",
      example: 48_020,
    },
    {
      why: "backoff",
      text: "failed, and is tried again later",
      runs: 3,
      dataset: "shop_orders_daily",
      example: 48_377,
    },
  ],
});

export const idleQueue = (): Queue => ({ as_of: minutes(0), lanes: [], waits: [] });
