import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { Button } from "@/components/button";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { SavedViews } from "@/components/saved-views";
import { Loading } from "@/components/skeleton";
import { useNow } from "@/lib/clock";
import { count, plural } from "@/lib/format";
import type { RunRow } from "@/lib/types";
import { newestRunsQuery, runsQuery } from "./queries";
import { RUN_COLUMNS } from "./run-columns";
import { RunFilters } from "./run-filters";
import { RunStrip } from "./run-strip";
import { isFiltered, pinned, type RunsSearch, spanOf } from "./runs-search";

const route = getRouteApi("/_app/runs/");

/** All runs, newest first, under a strip that shows when they ended. */
export function RunsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = useNow();
  const set = (change: Partial<RunsSearch>, replace = false) =>
    navigate({ search: (before) => ({ ...before, ...change }), replace });
  const asked = useMemo(() => pinned(search, Date.now()), [search]);
  const runs = useInfiniteQuery(runsQuery(asked));
  const newest = useQuery({ ...newestRunsQuery(asked), enabled: search.order !== "oldest" });
  const rows = useMemo(() => runs.data?.pages.flatMap((page) => page.items) ?? [], [runs.data]);
  const shown = useMemo(() => renewed(rows, newest.data?.items ?? []), [rows, newest.data]);
  const top = rows[0]?.id ?? 0;
  const fresh = runs.data ? (newest.data?.items ?? []).filter((run) => run.id > top).length : 0;
  const span = useMemo(() => spanOf(asked, now), [asked, now]);
  return (
    <Page
      title="Runs"
      sentence="Each run makes one partition once. What waits, what runs, and how it ended."
      actions={<SavedViews page="/runs" />}
    >
      <RunFilters search={search} set={set} />
      <RunStrip span={span} dataset={search.dataset} onBrush={(next) => set(instants(next))} />
      {fresh > 0 && (
        <div className="sticky top-2 z-20 flex justify-center" role="status">
          <Button kind="primary" size="small" onClick={() => runs.refetch()}>
            {fresh === (newest.data?.items.length ?? 0)
              ? `${count(fresh)} or more new runs`
              : plural(fresh, "new run")}
            : show
          </Button>
        </div>
      )}
      {runs.isPending ? (
        <Loading what="the runs" />
      ) : runs.isError && rows.length === 0 ? (
        <ErrorState what="The runs could not be loaded." error={runs.error} retry={() => runs.refetch()} />
      ) : (
        <div className="rounded border border-line bg-panel">
          <DataTable<RunRow>
            label="Runs"
            columns={RUN_COLUMNS}
            rows={shown}
            rowKey={(run) => String(run.id)}
            href={(run) => `/runs/${run.id}`}
            onOpen={(run) => navigate({ to: "/runs/$id", params: { id: String(run.id) } })}
            dimmed={runs.isRefetching && !runs.isFetchingNextPage}
            more={{ has: runs.hasNextPage, busy: runs.isFetchingNextPage, load: () => runs.fetchNextPage() }}
            empty={<NoRuns search={search} clear={() => navigate({ search: {} })} />}
          />
        </div>
      )}
    </Page>
  );
}

function instants(span: { from: Date; to: Date } | null): Partial<RunsSearch> {
  return { hours: undefined, from: span?.from.toISOString(), to: span?.to.toISOString() };
}

/** The same rows in the same order, with what is known of them now. */
function renewed(rows: RunRow[], newest: readonly RunRow[]): RunRow[] {
  const known = new Map(newest.map((run) => [run.id, run]));
  return rows.map((run) => known.get(run.id) ?? run);
}

function NoRuns({ search, clear }: { search: RunsSearch; clear: () => void }) {
  const spanned = Boolean(search.hours || search.from || search.to);
  if (isFiltered(search) || spanned) {
    return (
      <EmptyState title="No run matches." action={<Button onClick={clear}>Clear the filters</Button>}>
        {spanned ? "Not in this span of time, with these filters." : "Not with these filters."}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing has run yet." snippet="tidemill backfill --missing">
      Runs come from schedules, from automation, and from backfills that a person starts.
    </EmptyState>
  );
}
