import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { Button } from "@/components/button";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Panel } from "@/components/page";
import { LookBadge, StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { useShortcut } from "@/lib/shortcuts";
import type { Schedule } from "@/lib/types";
import { NextTick } from "./next-ticks";
import { PauseButton } from "./pause-button";
import { scheduleLook, worstFirst } from "./standing";
import { tickReason, timetableWords } from "./tick-words";

const columns: Column<Schedule>[] = [
  {
    id: "state",
    header: "State",
    width: "9rem",
    cell: (row) => (
      <>
        <span className="block">
          <LookBadge look={scheduleLook(row)} />
        </span>
        {row.paused_at != null && (
          <span className="block truncate text-sm text-muted">
            by {row.paused_by ?? "somebody"}, <Time at={row.paused_at} relative />
          </span>
        )}
      </>
    ),
  },
  {
    id: "dataset",
    header: "Dataset",
    width: "minmax(12rem,1.1fr)",
    cell: ({ dataset }) => (
      <Link
        to="/schedules"
        search={{ schedule: dataset }}
        className="font-mono text-sm text-accent hover:underline"
      >
        {dataset}
      </Link>
    ),
  },
  {
    id: "when",
    header: "When",
    width: "minmax(14rem,1.6fr)",
    cell: ({ in_words, timetable, zone }) => (
      <>
        <span title={in_words} className="block truncate">
          {timetableWords(in_words)}
        </span>
        <span className="block truncate text-sm text-muted">
          <span className="font-mono text-xs">{timetable}</span>, {zone}
        </span>
      </>
    ),
  },
  { id: "next", header: "Next tick", width: "10.5rem", cell: (row) => <NextTick schedule={row} /> },
  {
    id: "last",
    header: "Last tick",
    width: "10.5rem",
    cell: ({ last, zone }) =>
      last ? (
        <>
          <span className="block">
            <StateBadge tick={last.state} detail={tickReason(last)} />
          </span>
          <span className="block text-sm text-muted">
            <Time at={last.tick_at} zone={zone} />
          </span>
        </>
      ) : (
        <span className="text-muted">none yet</span>
      ),
  },
  { id: "open", header: "Open", width: "4rem", align: "right", cell: (row) => <Few count={row.open} /> },
  {
    id: "failed",
    header: "Failed",
    width: "4.5rem",
    align: "right",
    cell: (row) => <Few count={row.failed} />,
  },
  {
    id: "act",
    header: "Action",
    width: "6.5rem",
    align: "right",
    cell: (row) => <PauseButton schedule={row} />,
  },
];

function Few({ count }: { count: number }) {
  return <span className={count === 0 ? "text-muted" : "font-medium"}>{count}</span>;
}

interface SchedulesTableProps {
  schedules: readonly Schedule[];
  more: { has: boolean; busy: boolean; load: () => void };
}

/** All schedules, those first that need somebody. */
export function SchedulesTable({ schedules, more }: SchedulesTableProps) {
  const search = useSearch({ from: "/_app/schedules" });
  const navigate = useNavigate({ from: "/schedules" });
  const field = useRef<HTMLInputElement>(null);
  useShortcut("/", "Filter schedules", () => field.current?.focus());
  const words = (search.q ?? "").toLowerCase();
  const rows = worstFirst(
    schedules.filter((row) => `${row.dataset} ${row.in_words} ${row.zone}`.toLowerCase().includes(words)),
  );
  return (
    <Panel
      title="All schedules"
      flush
      aside={
        <input
          ref={field}
          type="search"
          aria-label="Filter schedules"
          placeholder="Filter"
          value={search.q ?? ""}
          onChange={(event) => {
            const q = event.target.value === "" ? undefined : event.target.value;
            navigate({ search: (old) => ({ ...old, q }), replace: true });
          }}
          className="h-7 w-40 rounded border border-line-strong bg-panel px-2"
        />
      }
    >
      <DataTable
        label="Schedules"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.dataset}
        rowHeight={52}
        onOpen={(row) => navigate({ search: { schedule: row.dataset } })}
        href={(row) => `/schedules?schedule=${encodeURIComponent(row.dataset)}`}
        more={more}
        empty={
          <EmptyState
            title="No schedule fits the filter."
            action={<Button onClick={() => navigate({ search: {} })}>Clear the filter</Button>}
          >
            There are {schedules.length} without it.
          </EmptyState>
        }
      />
    </Panel>
  );
}
