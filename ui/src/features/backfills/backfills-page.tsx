import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button, buttonClass } from "@/components/button";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { SavedViews } from "@/components/saved-views";
import { Select } from "@/components/select";
import { Loading } from "@/components/skeleton";
import type { Backfill } from "@/lib/types";
import { BACKFILL_COLUMNS } from "./backfill-columns";
import { BACKFILL_STATES, type BackfillsSearch, ORIGINS } from "./backfills-search";
import { backfillsQuery } from "./queries";

const route = getRouteApi("/_app/backfills/");

/** All backfills, the newest first. */
export function BackfillsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<BackfillsSearch>) =>
    navigate({ search: (before) => ({ ...before, ...change }) });
  const list = useInfiniteQuery(backfillsQuery(search));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Backfills"
      sentence="A backfill makes chosen partitions, in order, and is over when each of them is made or has failed."
      actions={
        <>
          <SavedViews page="/backfills" />
          <Link to="/backfills/new" className={buttonClass("primary")}>
            New backfill
          </Link>
        </>
      }
    >
      <search aria-label="Filters" className="flex flex-wrap items-center gap-2">
        <Select
          label="State"
          labelled
          value={search.state ?? "any"}
          options={[
            { value: "any", label: "any" },
            ...BACKFILL_STATES.map((value) => ({ value, label: value })),
          ]}
          onChange={(value) => set({ state: BACKFILL_STATES.find((word) => word === value) })}
        />
        <Select
          label="Started by"
          labelled
          value={search.origin ?? "any"}
          options={[
            { value: "any", label: "anybody" },
            { value: "person", label: "a person" },
            { value: "schedule", label: "a schedule" },
            { value: "automation", label: "automation" },
          ]}
          onChange={(value) => set({ origin: ORIGINS.find((word) => word === value) })}
        />
        {(search.state || search.origin) && (
          <Button kind="quiet" size="small" onClick={() => set({ state: undefined, origin: undefined })}>
            Clear the filters
          </Button>
        )}
      </search>
      {list.isPending ? (
        <Loading what="the backfills" />
      ) : list.isError && rows.length === 0 ? (
        <ErrorState
          what="The backfills could not be loaded."
          error={list.error}
          retry={() => list.refetch()}
        />
      ) : (
        <div className="rounded border border-line bg-panel">
          <DataTable<Backfill>
            label="Backfills"
            columns={BACKFILL_COLUMNS}
            rows={rows}
            rowKey={(backfill) => String(backfill.id)}
            href={(backfill) => `/backfills/${backfill.id}`}
            onOpen={(backfill) => navigate({ to: "/backfills/$id", params: { id: String(backfill.id) } })}
            dimmed={list.isPlaceholderData}
            more={{ has: list.hasNextPage, busy: list.isFetchingNextPage, load: () => list.fetchNextPage() }}
            empty={
              search.state || search.origin ? (
                <EmptyState
                  title="No backfill matches."
                  action={
                    <Button onClick={() => set({ state: undefined, origin: undefined })}>
                      Clear the filters
                    </Button>
                  }
                />
              ) : (
                <EmptyState
                  title="There has been no backfill yet."
                  snippet="tidemill backfill --missing"
                  action={
                    <Link to="/backfills/new" className={buttonClass("primary")}>
                      New backfill
                    </Link>
                  }
                >
                  Start one here, from the partitions of a dataset, or on the command line.
                </EmptyState>
              )
            }
          />
        </div>
      )}
    </Page>
  );
}
