import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import clsx from "clsx";
import { Button, buttonClass } from "@/components/button";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Facts, Page, Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { Loading } from "@/components/skeleton";
import { LookBadge, StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { DatasetZone } from "@/lib/preferences";
import { TICK } from "@/lib/states";
import type { Schedule, Tick } from "@/lib/types";
import { NextTicks } from "./next-ticks";
import { PauseButton } from "./pause-button";
import { ticksQuery } from "./queries";
import { TICK_FILTERS } from "./schedules-search";
import { scheduleLook } from "./standing";
import { catchUpWords, foldedTicks, tickReason, timetableWords } from "./tick-words";

/** One schedule: when it falls due, and every tick of it with what became of it. */
export function ScheduleView({ dataset, schedule }: { dataset: string; schedule: Schedule | undefined }) {
  return (
    <DatasetZone value={schedule?.zone}>
      <Page
        title={`Schedule of ${dataset}`}
        heading={
          <span>
            Schedule of <span className="font-mono">{dataset}</span>
          </span>
        }
        sentence={schedule && timetableWords(schedule.in_words)}
        actions={
          <>
            <Link to="/schedules" className={buttonClass()}>
              All schedules
            </Link>
            <Link to="/datasets/$name" params={{ name: dataset }} className={buttonClass()}>
              Dataset
            </Link>
            {schedule && <PauseButton schedule={schedule} size="normal" />}
          </>
        }
      >
        {schedule && <Summary schedule={schedule} />}
        <Ticks dataset={dataset} />
      </Page>
    </DatasetZone>
  );
}

function Summary({ schedule }: { schedule: Schedule }) {
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Panel title="Now">
        <Facts
          items={[
            ["State", <LookBadge key="state" look={scheduleLook(schedule)} />],
            [
              "Timetable",
              <code key="timetable" className="font-mono text-sm">
                {schedule.timetable}
              </code>,
            ],
            ["Zone", schedule.zone],
            ["Missed ticks", catchUpWords(schedule.catch_up)],
            ["Not settled", `${schedule.open} open, ${schedule.failed} failed`],
            ...(schedule.paused_at == null
              ? []
              : ([
                  [
                    "Paused",
                    <span key="paused">
                      by {schedule.paused_by ?? "somebody"}, <Time at={schedule.paused_at} />
                    </span>,
                  ],
                ] as const)),
          ]}
        />
      </Panel>
      <Panel title="Next five ticks">
        <NextTicks schedule={schedule} />
      </Panel>
    </div>
  );
}

const columns: Column<Tick>[] = [
  {
    id: "state",
    header: "State",
    width: "7rem",
    cell: (tick) => <StateBadge tick={tick.state} detail={tickReason(tick)} />,
  },
  {
    id: "at",
    header: "Tick",
    width: "13rem",
    cell: (tick) => (
      <span>
        <Time at={tick.tick_at} />
        {foldedTicks(tick) !== null && (
          <span className="block text-sm text-muted">the last of {foldedTicks(tick)}</span>
        )}
      </span>
    ),
  },
  {
    id: "reason",
    header: "What became of it",
    width: "minmax(16rem,3fr)",
    cell: (tick) => (
      <span>
        <Outcome tick={tick} />
        {tick.late && tick.state !== "skipped" && (
          <span className="text-muted"> (missed, and made up for)</span>
        )}
      </span>
    ),
  },
  {
    id: "backfills",
    header: "Backfills",
    width: "minmax(8rem,1fr)",
    cell: ({ backfills }) =>
      backfills.length === 0 ? (
        <span className="text-muted">none</span>
      ) : (
        backfills.map((id) => (
          <Link
            key={id}
            to="/backfills/$id"
            params={{ id: String(id) }}
            className="mr-2 text-accent hover:underline"
          >
            {id}
          </Link>
        ))
      ),
  },
  { id: "recorded", header: "Recorded", width: "10rem", cell: (tick) => <Time at={tick.recorded_at} /> },
  {
    id: "settled",
    header: "Settled",
    width: "10rem",
    cell: (tick) => <Time at={tick.settled_at} none="not yet" />,
  },
];

function Outcome({ tick }: { tick: Tick }) {
  const reason = tickReason(tick);
  return reason === null ? (
    <span className="text-muted">{TICK[tick.state].about}</span>
  ) : (
    <Sentence text={reason} />
  );
}

function Ticks({ dataset }: { dataset: string }) {
  const { state } = useSearch({ from: "/_app/schedules" });
  const navigate = useNavigate({ from: "/schedules" });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    ticksQuery(dataset, state),
  );
  return (
    <Panel
      title="Ticks"
      flush
      aside={
        <div className="flex flex-wrap gap-1">
          {TICK_FILTERS.map((each) => (
            <Button
              key={each}
              size="small"
              kind="quiet"
              aria-pressed={state === each}
              className={clsx(state === each && "bg-chosen")}
              onClick={() =>
                navigate({ search: (old) => ({ ...old, state: state === each ? undefined : each }) })
              }
            >
              {TICK[each].label}
            </Button>
          ))}
        </div>
      }
    >
      {error ? (
        <ErrorState what="The ticks could not be loaded." error={error} retry={() => refetch()} />
      ) : data ? (
        <DataTable
          label="Ticks"
          columns={columns}
          rows={data.pages.flatMap((page) => page.items)}
          rowKey={(tick) => String(tick.id)}
          wrap
          more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => fetchNextPage() }}
          empty={
            state === undefined ? (
              <EmptyState title="No tick has been recorded yet.">
                A schedule that is new starts from now; what closed before is for a backfill.
              </EmptyState>
            ) : (
              <EmptyState
                title={`No tick is ${TICK[state].label.toLowerCase()}.`}
                action={
                  <Button onClick={() => navigate({ search: { schedule: dataset } })}>
                    Clear the filter
                  </Button>
                }
              />
            )
          }
        />
      ) : (
        <div className="px-4">
          <Loading what="the ticks" />
        </div>
      )}
    </Panel>
  );
}
