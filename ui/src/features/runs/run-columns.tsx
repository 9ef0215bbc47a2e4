import { Link } from "@tanstack/react-router";
import type { Column } from "@/components/data-table";
import { StateBadge } from "@/components/state-badge";
import { Duration, Elapsed, Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { reasonWord } from "@/lib/run-words";
import type { RunRow } from "@/lib/types";

/** How a run is listed, wherever it is. */
export const RUN_COLUMNS: readonly Column<RunRow>[] = [
  { id: "state", header: "State", width: "7.5rem", cell: (run) => <StateBadge run={run.state} /> },
  {
    id: "run",
    header: "Run",
    width: "5rem",
    cell: (run) => (
      <Link to="/runs/$id" params={{ id: String(run.id) }} className="font-mono text-accent hover:underline">
        {run.id}
      </Link>
    ),
  },
  {
    id: "dataset",
    header: "Dataset and partition",
    width: "minmax(18rem,2.4fr)",
    cell: (run) => (
      <span className="font-mono">
        {run.dataset} <span className="text-muted">{run.partition}</span>
      </span>
    ),
  },
  {
    id: "reason",
    yields: 3,
    header: "Why",
    width: "minmax(9.5rem,1fr)",
    cell: (run) => <span title={run.reason}>{reasonWord(run.reason)}</span>,
  },
  { id: "class", yields: 5, header: "Class", width: "5rem", cell: (run) => run.class },
  {
    id: "waited",
    yields: 4,
    header: "Waited",
    width: "5.5rem",
    align: "right",
    cell: (run) =>
      run.state === "waiting" || run.state === "ready" ? (
        <Elapsed since={run.created_at} />
      ) : (
        <Duration seconds={run.wait_seconds} />
      ),
  },
  {
    id: "took",
    yields: 2,
    header: "Took",
    width: "5.5rem",
    align: "right",
    cell: (run) =>
      run.state === "running" ? <Elapsed since={run.started_at} /> : <Duration seconds={run.run_seconds} />,
  },
  {
    id: "started",
    yields: 1,
    header: "Started",
    width: "8.5rem",
    align: "right",
    cell: (run) => (
      <ZoneOf dataset={run.dataset}>
        <Time at={run.started_at} brief />
      </ZoneOf>
    ),
  },
  {
    id: "error",
    header: "Outcome",
    width: "minmax(8rem,1.5fr)",
    cell: (run) => <Outcome run={run} />,
  },
];

function Outcome({ run }: { run: RunRow }) {
  return (
    <>
      {run.attempt > 1 && <span>attempt {run.attempt} </span>}
      <Ending run={run} />
    </>
  );
}

function Ending({ run }: { run: RunRow }) {
  if (run.error_code || run.error) {
    return (
      <span title={run.error ?? undefined}>
        <span className="font-mono">{run.error_code}</span> <span className="text-muted">{run.error}</span>
      </span>
    );
  }
  if (run.state === "waiting" && run.waiting_on > 0) {
    return (
      <span className="text-muted">
        waits on {run.waiting_on} {run.waiting_on === 1 ? "run" : "runs"}
      </span>
    );
  }
  return <span className="text-muted">{run.outcome?.replaceAll("_", " ") ?? "–"}</span>;
}
