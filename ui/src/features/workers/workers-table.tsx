import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { LookBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { Tooltip } from "@/components/tooltip";
import { age, plural } from "@/lib/format";
import type { Worker } from "@/lib/types";
import { beatAge, STANDINGS, standing } from "./beat";
import { startCommand } from "./pools";

function tableColumns(now: number): Column<Worker>[] {
  return [
    {
      id: "state",
      header: "State",
      width: "6.5rem",
      cell: (worker) => <LookBadge look={STANDINGS[standing(worker, now)]} />,
    },
    {
      id: "host",
      header: "Worker",
      width: "minmax(11rem,1fr)",
      cell: ({ id, host, pid }) => (
        <span title={`worker ${id}, process ${pid} on ${host}`}>
          <span className="font-medium">{host}</span> <span className="text-muted">process {pid}</span>
        </span>
      ),
    },
    {
      id: "beat",
      header: "Last beat",
      width: "8rem",
      cell: (worker) => {
        const seconds = beatAge(worker, now);
        return seconds === null ? <span className="text-muted">none yet</span> : `${age(seconds)} ago`;
      },
    },
    {
      id: "running",
      header: "In hand",
      width: "9rem",
      cell: ({ id, running, slots }) => (
        <span>
          {running === 0 ? (
            "0"
          ) : (
            <Link
              to="/runs"
              search={{ worker: id, state: ["running"] }}
              className="text-accent hover:underline"
            >
              {running}
            </Link>
          )}{" "}
          <span className="text-muted">
            {running <= slots ? `of ${plural(slots, "slot")}` : `in ${plural(slots, "slot")}`}
          </span>
        </span>
      ),
    },
    {
      id: "pools",
      header: "Pools",
      width: "minmax(12rem,1.5fr)",
      cell: ({ pools }) =>
        pools == null ? (
          <span className="text-muted">all</span>
        ) : (
          <span className="font-mono text-sm" title={pools.join(", ")}>
            {pools.join(", ")}
          </span>
        ),
    },
    {
      id: "code",
      header: "Code",
      width: "9rem",
      cell: ({ codes, codes_current }) => (
        <Tooltip
          text={
            codes_current
              ? `It can make what the project declares now: ${plural(codes, "version")} of code.`
              : "It was started from another version of the project. Runs of jobs that have changed since are not for it; start it again from the current program."
          }
        >
          <span className="whitespace-nowrap">
            {codes_current ? "current" : <span className="font-medium text-warning">! not current</span>}
          </span>
        </Tooltip>
      ),
    },
    {
      id: "since",
      header: "Since",
      width: "10rem",
      cell: ({ started_at, ended_at }) =>
        ended_at == null ? (
          <Time at={started_at} />
        ) : (
          <span className="text-muted">
            ended <Time at={ended_at} relative />
          </span>
        ),
    },
  ];
}

export function WorkersTable({ workers, now }: { workers: readonly Worker[]; now: number }) {
  return (
    <DataTable
      label="Workers"
      columns={tableColumns(now)}
      rows={workers}
      rowKey={(worker) => String(worker.id)}
      empty={
        <EmptyState title="No worker is there." snippet={startCommand(null)}>
          Runs wait until one starts. Any number may, on any machine that reaches the database and the lake.
        </EmptyState>
      }
    />
  );
}
