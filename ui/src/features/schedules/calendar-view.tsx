import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { Button, IconButton } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import {
  addDays,
  addMonths,
  dateInWords,
  dayIn,
  firstOfMonth,
  mondayOf,
  monthWeeks,
  weekOf,
} from "@/lib/civil";
import { useNow } from "@/lib/clock";
import { useZone } from "@/lib/preferences";
import { CellPanel } from "./cell-panel";
import { Legend } from "./legend";
import { MonthGrid } from "./month-grid";
import { calendarQuery } from "./queries";
import { WeekGrid } from "./week-grid";

/** Ticks on a calendar: a month by day, or a week by hour. */
export function CalendarView({ view }: { view: "month" | "week" }) {
  const search = useSearch({ from: "/_app/schedules" });
  const navigate = useNavigate({ from: "/schedules" });
  const zone = useZone();
  const today = dayIn(zone, useNow().getTime());
  const date = search.date ?? today;
  const weeks = view === "month" ? monthWeeks(date) : [weekOf(date)];
  const from = weeks[0]?.[0] ?? date;
  const to = weeks.at(-1)?.at(-1) ?? date;
  const unit = view === "month" ? "day" : "hour";
  const { data, error, refetch, isPlaceholderData } = useQuery(calendarQuery(unit, from, to, zone));
  const move = (by: 1 | -1) =>
    view === "month" ? addMonths(firstOfMonth(date), by) : addDays(mondayOf(date), 7 * by);
  const go = (next: string | undefined) =>
    navigate({ search: (old) => ({ ...old, date: next, cell: undefined }) });
  const open = (cell: string) =>
    navigate({ search: (old) => ({ ...old, cell: old.cell === cell ? undefined : cell }), replace: true });
  const onlyFailed = search.show === "failed";
  const title =
    view === "month"
      ? dateInWords(date, "month")
      : `${dateInWords(from, "day")} to ${dateInWords(to, "day")} ${to.slice(0, 4)}`;
  const grid = {
    today,
    chosen: search.cell,
    onlyFailed,
    onOpen: open,
    onLeave: (by: 1 | -1) => go(move(by)),
  };
  const cell = data?.find((each) => each.day === search.cell);
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
      <Panel
        title={title}
        aside={
          <div className="flex flex-wrap items-center gap-1">
            <Button
              size="small"
              aria-pressed={onlyFailed}
              onClick={() =>
                navigate({ search: (old) => ({ ...old, show: onlyFailed ? undefined : "failed" }) })
              }
            >
              {onlyFailed ? "Show all" : "Only failed"}
            </Button>
            <Button size="small" onClick={() => go(undefined)}>
              Today
            </Button>
            <IconButton
              label={view === "month" ? "Month before" : "Week before"}
              onClick={() => go(move(-1))}
            >
              <ChevronLeft size={16} aria-hidden />
            </IconButton>
            <IconButton label={view === "month" ? "Month after" : "Week after"} onClick={() => go(move(1))}>
              <ChevronRight size={16} aria-hidden />
            </IconButton>
          </div>
        }
      >
        {error ? (
          <ErrorState what="The calendar could not be loaded." error={error} retry={() => refetch()} />
        ) : !data ? (
          <Loading what="the calendar" />
        ) : (
          <div className={isPlaceholderData ? "opacity-60" : undefined} aria-busy={isPlaceholderData}>
            {view === "week" ? (
              <WeekGrid days={weekOf(date)} cells={data} {...grid} />
            ) : (
              <MonthGrid weeks={weeks} month={date.slice(0, 7)} cells={data} {...grid} />
            )}
          </div>
        )}
        <Legend zone={zone} />
      </Panel>
      <CellPanel cell={cell} name={search.cell} unit={unit} />
    </div>
  );
}
