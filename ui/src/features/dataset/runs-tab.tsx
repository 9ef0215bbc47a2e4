import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/skeleton";
import { StateBadge } from "@/components/state-badge";
import { Duration, Time } from "@/components/time";
import { reasonWord } from "@/lib/run-words";
import type { RunRow } from "@/lib/types";
import { datasetRunsQuery } from "./queries";

const COLUMNS: Column<RunRow>[] = [
  {
    id: "state",
    header: "State",
    width: "8.5rem",
    cell: (run) => <StateBadge run={run.state} detail={run.error} />,
  },
  {
    id: "run",
    header: "Run",
    width: "6rem",
    cell: (run) => (
      <Link to="/runs/$id" params={{ id: String(run.id) }} className="text-accent hover:underline">
        {run.id}
      </Link>
    ),
  },
  {
    id: "partition",
    header: "Partition",
    width: "minmax(10rem,2fr)",
    cell: (run) => (
      <Link
        to="/datasets/$name"
        params={{ name: run.dataset }}
        search={{ p: run.partition }}
        className="font-mono text-accent hover:underline"
      >
        {run.partition}
      </Link>
    ),
  },
  {
    id: "reason",
    header: "Why it was made",
    width: "minmax(8rem,1fr)",
    cell: (run) => reasonWord(run.reason),
  },
  {
    id: "backfill",
    header: "Backfill",
    width: "5.5rem",
    cell: (run) => (
      <Link to="/backfills/$id" params={{ id: String(run.backfill) }} className="text-accent hover:underline">
        {run.backfill}
      </Link>
    ),
  },
  { id: "attempts", header: "Attempt", width: "5rem", align: "right", cell: (run) => run.attempt },
  {
    id: "wait",
    header: "Waited",
    width: "6rem",
    align: "right",
    cell: (run) => <Duration seconds={run.wait_seconds} />,
  },
  {
    id: "took",
    header: "Ran",
    width: "6rem",
    align: "right",
    cell: (run) => <Duration seconds={run.run_seconds} />,
  },
  {
    id: "at",
    header: "Finished",
    width: "11rem",
    cell: (run) => <Time at={run.finished_at} none="not yet" />,
  },
];

export function RunsTab({ name }: { name: string }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    datasetRunsQuery(name),
  );
  const navigate = useNavigate();
  if (error && !data)
    return <ErrorState what="The runs could not be loaded." error={error} retry={refetch} />;
  if (!data) return <Loading what="runs" />;
  const rows = data.pages.flatMap((page) => page.items);
  return (
    <div className="flex flex-col gap-2">
      <div className="rounded border border-line bg-panel">
        <DataTable
          label={`Runs of ${name}`}
          columns={COLUMNS}
          rows={rows}
          rowKey={(run) => String(run.id)}
          href={(run) => `/runs/${run.id}`}
          onOpen={(run) => navigate({ to: "/runs/$id", params: { id: String(run.id) } })}
          more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => void fetchNextPage() }}
          empty={
            <EmptyState title="It has never been run.">
              A backfill or its schedule makes the first run. Runs are forgotten after some months.
            </EmptyState>
          }
        />
      </div>
      <p>
        <Link to="/runs" search={{ dataset: name }} className="text-accent hover:underline">
          Filter these runs on the page of all runs
        </Link>
      </p>
    </div>
  );
}
