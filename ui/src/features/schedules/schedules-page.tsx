import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { Tabs } from "@/components/tabs";
import { useShortcut } from "@/lib/shortcuts";
import { CalendarView } from "./calendar-view";
import { schedulesQuery } from "./queries";
import { ScheduleView } from "./schedule-view";
import { VIEWS, type View } from "./schedules-search";
import { SchedulesTable } from "./schedules-table";
import { sentence } from "./standing";

const LABELS: Record<View, string> = { list: "Schedules", month: "Month", week: "Week" };

const SNIPPET = `Transform::new("dev_dau")
    .partitions(&day)
    .schedule(Schedule::at_close())`;

/** When jobs fall due, and what became of it. */
export function SchedulesPage() {
  const search = useSearch({ from: "/_app/schedules" });
  const navigate = useNavigate({ from: "/schedules" });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    schedulesQuery(),
  );
  const all = data?.pages.flatMap((page) => page.items);
  const view = search.view ?? "list";
  const show = (next: View) => navigate({ search: ({ date }) => ({ view: next, date }) });
  useShortcut("m", "Calendar by month", () => show("month"));
  useShortcut("w", "Calendar by week", () => show("week"));
  if (search.schedule !== undefined) {
    return (
      <ScheduleView
        dataset={search.schedule}
        schedule={all?.find((each) => each.dataset === search.schedule)}
      />
    );
  }
  return (
    <Page title="Schedules" sentence={all && all.length > 0 ? sentence(all) : undefined}>
      <Tabs
        label="Schedules"
        items={VIEWS.map((value) => ({ value, label: LABELS[value] }))}
        value={view}
        onChange={show}
      >
        {view !== "list" ? (
          <CalendarView view={view} />
        ) : error ? (
          <ErrorState what="The schedules could not be loaded." error={error} retry={() => refetch()} />
        ) : !all ? (
          <Loading what="the schedules" />
        ) : all.length === 0 ? (
          <EmptyState title="No job has a schedule." snippet={SNIPPET}>
            Without one, a job runs as soon as its inputs are there. A schedule asks for the windows that have
            closed since its tick before.
          </EmptyState>
        ) : (
          <SchedulesTable
            schedules={all}
            more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => fetchNextPage() }}
          />
        )}
      </Tabs>
    </Page>
  );
}
