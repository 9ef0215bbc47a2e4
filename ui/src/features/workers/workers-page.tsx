import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { useNow } from "@/lib/clock";
import { worstFirst } from "./beat";
import { CLASS_LABEL, ClassMark } from "./pool-bar";
import { PoolRow } from "./pool-row";
import { CLASSES } from "./pools";
import { poolsQuery, queueQuery, workersQuery } from "./queries";
import { QueuePanel } from "./queue-panel";
import { workersSentence } from "./words";
import { WorkersTable } from "./workers-table";

/** Who makes partitions, what limits them, and why things wait. */
export function WorkersPage() {
  const search = useSearch({ from: "/_app/workers" });
  const navigate = useNavigate({ from: "/workers" });
  const workers = useInfiniteQuery(workersQuery());
  const pools = useQuery(poolsQuery());
  const queue = useQuery(queueQuery());
  // A beat is judged by when it was asked for: the shared clock of the page is up to half a minute behind.
  const now = Math.max(useNow().getTime(), workers.dataUpdatedAt);
  const all = workers.data?.pages.flatMap((page) => page.items);
  const shown = all?.filter((worker) => search.ended || worker.ended_at == null);
  const ended = (all?.length ?? 0) - (all?.filter((worker) => worker.ended_at == null).length ?? 0);
  const lanes = queue.data?.lanes ?? [];
  const toggle = (name: string) =>
    navigate({ search: (old) => ({ ...old, pool: old.pool === name ? undefined : name }), replace: true });
  return (
    <Page
      title="Workers"
      sentence={all && queue.data ? workersSentence(all, queue.data.lanes, now) : undefined}
    >
      <Panel
        title="Pools"
        flush
        aside={
          <span className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
            {CLASSES.map((each) => (
              <span key={each} className="inline-flex items-center gap-1.5">
                <ClassMark of={each} />
                {CLASS_LABEL[each]}
              </span>
            ))}
          </span>
        }
      >
        <Loaded query={pools} what="the pools">
          {pools.data?.length === 0 ? (
            <EmptyState title="The project declares no pool.">
              Without one, only the slots of workers limit how much runs at once.
            </EmptyState>
          ) : (
            <ul>
              {pools.data?.map((pool) => (
                <PoolRow
                  key={pool.name}
                  pool={pool}
                  lanes={lanes}
                  workers={all ?? []}
                  open={search.pool === pool.name}
                  onToggle={() => toggle(pool.name)}
                />
              ))}
            </ul>
          )}
        </Loaded>
      </Panel>
      <Loaded query={queue} what="the queue">
        {queue.data && <QueuePanel queue={queue.data} />}
      </Loaded>
      <Panel
        title="Workers"
        flush
        aside={
          ended > 0 && (
            <Button
              size="small"
              onClick={() => navigate({ search: (old) => ({ ...old, ended: old.ended ? undefined : true }) })}
            >
              {search.ended ? "Hide ended" : `Show ${ended} ended`}
            </Button>
          )
        }
      >
        <Loaded query={workers} what="the workers">
          {shown && <WorkersTable workers={worstFirst(shown, now)} now={now} />}
        </Loaded>
      </Panel>
    </Page>
  );
}

interface Answer {
  data: unknown;
  error: unknown;
  refetch: () => unknown;
}

/** One part of the page fails alone: the others stay. */
function Loaded({ query, what, children }: { query: Answer; what: string; children: ReactNode }) {
  if (query.data !== undefined) return children;
  return (
    <div className="px-4 py-2">
      {query.error ? (
        <ErrorState
          what={`${what[0]?.toUpperCase()}${what.slice(1)} could not be loaded.`}
          error={query.error}
          retry={() => query.refetch()}
        />
      ) : (
        <Loading what={what} />
      )}
    </div>
  );
}
