import type { Delivery, SlaBoard, SlaStanding, SlaState, SlaWindow } from "@/lib/types";
import { day, minutes } from "./moments";

function window(dataset: string, over: Partial<SlaWindow> = {}): SlaWindow {
  return {
    dataset,
    rule: "daily",
    partition: day(-1),
    due_at: minutes(42),
    completed_at: null,
    state: "on_track",
    late_seconds: null,
    blocking: null,
    ...over,
  };
}

/** The windows before the current one, newest first; `bad` says which were missed, and by how much. */
export function recent(dataset: string, count: number, bad: Record<number, number> = {}): SlaWindow[] {
  return Array.from({ length: count }, (_, index) => {
    const due = -1440 * (index + 1) + 42;
    const late = bad[index];
    return window(dataset, {
      partition: day(-2 - index),
      due_at: minutes(due),
      completed_at:
        late === undefined ? minutes(due - 35 - ((index * 7) % 20)) : late < 0 ? null : minutes(due + late),
      state: late === undefined ? "met" : "missed",
      late_seconds: late === undefined || late < 0 ? null : late * 60,
    });
  });
}

const MONTHS = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"];

function months(missed: readonly number[], objective: number | null): SlaStanding["months"] {
  return missed.map((count, index) => {
    const due = index === missed.length - 1 ? 21 : 30;
    const allowed = objective === null ? null : Math.floor(due * (1 - objective) + 1e-9);
    return {
      month: MONTHS[MONTHS.length - missed.length + index] ?? "2026-11",
      met: due - count,
      missed: count,
      attainment: (due - count) / due,
      budget_left: allowed === null ? null : allowed - count,
    };
  });
}

function standing(
  dataset: string,
  rule: string,
  objective: number | null,
  current: SlaWindow,
  bad: Record<number, number>,
  missed: number[],
): SlaStanding {
  return {
    rule: { id: `${dataset}:${current.rule}`, dataset, rule, objective },
    state: current.state,
    current,
    recent: recent(dataset, 30, bad),
    months: months(missed, objective),
  };
}

/** A promise in each state. */
export const promise = {
  late: () =>
    standing(
      "retail_revenue_daily",
      "complete by 06:00 Europe/Berlin the day after",
      0.95,
      window("retail_revenue_daily", {
        due_at: minutes(-72),
        state: "late",
        blocking: { dataset: "retail_files", partition: day(-1), text: "no file has come", run: null },
      }),
      { 0: 95, 6: 40, 13: -1 },
      [1, 0, 2, 1, 3, 3],
    ),
  missed: () =>
    standing(
      "crm_contacts_daily",
      "complete by 05:00 Europe/Berlin the day after",
      0.99,
      window("crm_contacts_daily", {
        due_at: minutes(-190),
        completed_at: minutes(-64),
        state: "missed",
        late_seconds: 7560,
      }),
      { 11: 12 },
      [0, 0, 1, 0, 0, 2],
    ),
  blocked: () =>
    standing(
      "dev_sessions_daily",
      "complete by 08:00 UTC the day after",
      0.95,
      window("dev_sessions_daily", {
        due_at: minutes(64),
        blocking: {
          dataset: "dev_session_state",
          partition: day(-1).slice(0, 7),
          text: "failed twice: TM0505",
          run: 48_211,
        },
      }),
      { 3: 5 },
      [0, 0, 0, 1, 0, 1],
    ),
  onTrack: (dataset = "dev_dau", due = 42) =>
    standing(
      dataset,
      "complete by 07:30 UTC the day after",
      0.95,
      window(dataset, { due_at: minutes(due) }),
      {},
      [0, 0, 0, 0, 0, 0],
    ),
  met: (dataset = "shop_orders_daily") =>
    standing(
      dataset,
      "complete within 2 h of the end of the day, America/New_York",
      0.9,
      window(dataset, { due_at: minutes(-120), completed_at: minutes(-161), state: "met" }),
      { 21: 33 },
      [0, 1, 0, 0, 1, 0],
    ),
  young: () => ({
    ...standing(
      "site_views_hourly",
      "complete 30 m after the hour",
      null,
      window("site_views_hourly", { due_at: minutes(12), partition: `${day(0)}T05` }),
      {},
      [],
    ),
    recent: [],
  }),
};

export const board = {
  busy: (): SlaBoard => ({
    as_of: minutes(0),
    zone: "Europe/Berlin",
    rules: [
      promise.met(),
      promise.late(),
      promise.missed(),
      promise.blocked(),
      promise.onTrack(),
      promise.onTrack("dev_dau_new_york", 290),
      promise.onTrack("finance_ledger_monthly", 9000),
      promise.met("site_views_daily"),
      promise.met("dev_retention_monthly"),
      promise.young(),
    ],
  }),
  calm: (): SlaBoard => ({
    as_of: minutes(0),
    zone: "Europe/Berlin",
    rules: [promise.met(), promise.onTrack()],
  }),
  empty: (): SlaBoard => ({ as_of: minutes(0), zone: "UTC", rules: [] }),
};

export const states: readonly SlaState[] = ["met", "on_track", "late", "missed"];

function delivery(id: number, over: Partial<Delivery>): Delivery {
  return {
    id,
    url_host: "hooks.example.com",
    kind: "sla_missed",
    object: `retail_revenue_daily:daily ${day(-1)}`,
    state: "sent",
    tries: 1,
    next_at: null,
    last_status: 204,
    created_at: minutes(-72 - id),
    sent_at: minutes(-71 - id),
    ...over,
  };
}

export const deliveries = (): Delivery[] => [
  delivery(9, {
    state: "waiting",
    tries: 3,
    last_status: 503,
    next_at: minutes(4),
    sent_at: null,
    created_at: minutes(-72),
  }),
  delivery(8, { state: "waiting", tries: 0, last_status: null, sent_at: null, created_at: minutes(-1) }),
  delivery(7, { object: `crm_contacts_daily:daily ${day(-1)}` }),
  delivery(6, { state: "failed", tries: 12, last_status: 410, sent_at: null, created_at: minutes(-4000) }),
  delivery(5, { created_at: minutes(-9000), sent_at: minutes(-8999) }),
];
