import type { CalendarDay, Schedule, Tick } from "@/lib/types";
import { atHour, day, isOver, minutes } from "./moments";

let ids = 0;

function makeTick(dataset: string, over: Partial<Tick> = {}): Tick {
  ids += 1;
  return {
    id: ids,
    dataset,
    tick_at: atHour(-1, 4, 15),
    label: `${day(-1)} 05:15+01:00`,
    state: "done",
    reason: null,
    detail: null,
    late: false,
    backfills: [9_000 + ids],
    recorded_at: atHour(-1, 4, 15),
    settled_at: atHour(-1, 4, 21),
    ticks: 1,
    ...over,
  };
}

/** A tick in each state, and skipped for each reason. */
export const tick = {
  done: (dataset: string, days = -1) =>
    makeTick(dataset, {
      tick_at: atHour(days, 4, 15),
      label: `${day(days)} 05:15+01:00`,
      recorded_at: atHour(days, 4, 15),
      settled_at: atHour(days, 4, 21),
    }),
  open: (dataset: string) =>
    makeTick(dataset, {
      state: "open",
      tick_at: minutes(-48),
      label: `${day(0)} 05:15+01:00`,
      recorded_at: minutes(-48),
      settled_at: null,
      detail: `waits for \`retail_files\` ${day(-1)}`,
    }),
  failed: (dataset: string, days = -2) =>
    makeTick(dataset, {
      state: "failed",
      tick_at: atHour(days, 4, 15),
      label: `${day(days)} 05:15+01:00`,
      detail: `1 of 4 partitions failed: \`${dataset}\` ${day(days - 1)}`,
    }),
  skipped: (dataset: string, reason: string, over: Partial<Tick> = {}) =>
    makeTick(dataset, { state: "skipped", reason, backfills: [], ...over }),
};

export function ticksOf(dataset: string): Tick[] {
  const some = [
    tick.open(dataset),
    tick.done(dataset, -1),
    tick.failed(dataset, -2),
    tick.skipped(dataset, "paused", {
      ticks: 4,
      tick_at: atHour(-3, 4, 15),
      label: `${day(-3)} 05:15+01:00`,
    }),
    tick.skipped(dataset, "nothing_to_make", {
      detail: "all 3 partitions are up to date",
      tick_at: atHour(-7, 4, 15),
      label: `${day(-7)} 05:15+01:00`,
    }),
    tick.skipped(dataset, "catch_up", {
      late: true,
      ticks: 12,
      tick_at: atHour(-8, 4, 15),
      label: `${day(-8)} 05:15+01:00`,
    }),
    tick.skipped(dataset, "cancelled", {
      detail: "backfill 9011 was cancelled by ben",
      tick_at: atHour(-20, 4, 15),
      label: `${day(-20)} 05:15+01:00`,
    }),
  ];
  return [...some, ...Array.from({ length: 60 }, (_, index) => tick.done(dataset, -21 - index))];
}

function make(dataset: string, over: Partial<Schedule> = {}): Schedule {
  const next = Array.from({ length: 5 }, (_, index) => atHour(index + 1, 4, 15));
  return {
    dataset,
    timetable: "15 5 * * *",
    in_words: "At 05:15.",
    zone: "Europe/Berlin",
    catch_up: "latest",
    next_at: next[0] ?? null,
    next,
    last: tick.done(dataset, 0),
    paused_at: null,
    paused_by: null,
    open: 0,
    failed: 0,
    ...over,
  };
}

export const schedule = {
  cron: (dataset = "crm_contacts_daily") => make(dataset),
  atClose: (dataset = "dev_dau") =>
    make(dataset, {
      timetable: "at close",
      in_words: "when a partition's window closes",
      zone: "UTC",
      catch_up: "all",
      next_at: atHour(1, 0),
      next: [1, 2, 3, 4, 5].map((days) => atHour(days, 0)),
    }),
  hourly: (dataset = "site_views_hourly") =>
    make(dataset, {
      timetable: "5 * * * *",
      in_words: "At 5 minutes past the hour.",
      zone: "UTC",
      catch_up: "all",
      next_at: minutes(34),
      next: [34, 94, 154, 214, 274].map(minutes),
      last: { ...tick.done(dataset), tick_at: minutes(-26) },
    }),
  waiting: (dataset = "retail_revenue_daily") => make(dataset, { last: tick.open(dataset), open: 2 }),
  failing: (dataset = "shop_orders_daily") =>
    make(dataset, { last: tick.failed(dataset, -1), failed: 3, zone: "America/New_York" }),
  paused: (dataset = "finance_ledger_monthly") =>
    make(dataset, {
      timetable: "0 6 1 * *",
      in_words: "At 06:00, on day 1 of the month.",
      catch_up: "none",
      paused_at: minutes(-14_400),
      paused_by: "ben",
      last: tick.skipped(dataset, "paused", { tick_at: atHour(-21, 5) }),
    }),
  fresh: (dataset = "dev_new_metric") => make(dataset, { last: null }),
};

export const schedules = (): Schedule[] => [
  schedule.cron(),
  schedule.atClose(),
  schedule.hourly(),
  schedule.waiting(),
  schedule.failing(),
  schedule.paused(),
  schedule.fresh(),
];

function cell(name: string, hour: number | null, when: number): CalendarDay {
  const past = isOver(when);
  const at = (hours: readonly number[]) => (hour === null ? hours.length : hours.includes(hour) ? 1 : 0);
  const every = Array.from({ length: 24 }, (_, index) => index);
  const monthly = name.slice(8, 10) === "01";
  const odd = Number(name.slice(8, 10)) % 9 === 4;
  const of = (dataset: string, count: number, bad: "failed" | "skipped" | "open" | null = null) => ({
    dataset,
    planned: past ? 0 : count,
    done: past && bad === null ? count : 0,
    failed: past && bad === "failed" ? count : 0,
    skipped: past && bad === "skipped" ? count : 0,
    open: past && bad === "open" ? count : 0,
  });
  const isToday = name.slice(0, 10) === day(0);
  const datasets = [
    of("crm_contacts_daily", at([5])),
    of("dev_dau", at([1])),
    of("retail_revenue_daily", at([5]), isToday ? "open" : null),
    of("shop_orders_daily", at([11]), odd ? "failed" : null),
    of("site_views_hourly", at(every)),
    ...(monthly ? [of("finance_ledger_monthly", at([6]), "skipped")] : []),
  ].filter((each) => each.planned + each.done + each.failed + each.skipped + each.open > 0);
  const sum = (key: "planned" | "done" | "failed" | "skipped" | "open") =>
    datasets.reduce((all, each) => all + each[key], 0);
  return {
    day: name,
    planned: sum("planned"),
    done: sum("done"),
    failed: sum("failed"),
    skipped: sum("skipped"),
    open: sum("open"),
    datasets,
  };
}

/** Days, or hours of a zone one hour ahead of UTC. */
export function calendar(from: string, to: string, byHour: boolean): CalendarDay[] {
  const cells: CalendarDay[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000) {
    const name = new Date(at).toISOString().slice(0, 10);
    if (!byHour) cells.push(cell(name, null, at));
    else {
      for (let hour = 0; hour < 24; hour += 1) {
        cells.push(
          cell(`${name}T${String(hour).padStart(2, "0")}:00+01:00`, hour, at + (hour - 1) * 3_600_000),
        );
      }
    }
  }
  return cells;
}
