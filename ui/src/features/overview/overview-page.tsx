import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { Loading, Skeleton } from "@/components/skeleton";
import { Duration } from "@/components/time";
import { count } from "@/lib/format";
import { useShortcut } from "@/lib/shortcuts";
import type { Overview } from "@/lib/types";
import { ActiveBackfills } from "./active-backfills";
import { Deadlines } from "./deadlines";
import { problemLink } from "./problem-link";
import { Problems } from "./problems";
import { overviewQuery } from "./queries";
import { StandingBar } from "./standing-bar";
import { Throughput } from "./throughput";

const STEPS = `tidemill check          # are the jobs sound?
tidemill up             # scheduler, worker and this page in one process
tidemill backfill --missing`;

export function OverviewPage() {
  const { data, error, refetch } = useQuery(overviewQuery());
  if (error && !data) {
    return (
      <Page title="Overview">
        <ErrorState what="The overview could not be loaded." error={error} retry={refetch} />
      </Page>
    );
  }
  if (!data) {
    return (
      <Page title="Overview" sentence={<Skeleton className="h-5 w-96" />}>
        <Loading what="the overview">
          <Skeleton className="mb-4 h-10 w-full" />
          <div className="grid gap-4 lg:grid-cols-2">
            <Skeleton className="h-64" />
            <Skeleton className="h-64" />
          </div>
        </Loading>
      </Page>
    );
  }
  const partitions = Object.values(data.counts).reduce((sum, one) => sum + one, 0);
  return (
    <Page
      title="Overview"
      sentence={
        <span className="text-lg text-ink">
          <Sentence text={data.sentence} />
        </span>
      }
    >
      {partitions === 0 ? (
        <EmptyState title="No partition is known yet." snippet={STEPS}>
          Declare a source and a job, then start a scheduler and a worker.
        </EmptyState>
      ) : (
        <Content data={data} />
      )}
    </Page>
  );
}

function Content({ data }: { data: Overview }) {
  return (
    <>
      <StandingBar counts={data.counts} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Panel
            title={data.problems.length > 0 ? `Needs attention (${data.problems.length})` : "Needs attention"}
            flush
          >
            <Problems items={data.problems} />
          </Panel>
          <Panel
            title="Under way"
            flush
            aside={
              <Link to="/backfills" className="text-sm text-accent hover:underline">
                All backfills
              </Link>
            }
          >
            <Numbers data={data} />
            <ActiveBackfills items={data.backfills} />
          </Panel>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Panel
            title="Next promises"
            flush
            aside={
              <Link to="/sla" className="text-sm text-accent hover:underline">
                All promises
              </Link>
            }
          >
            <Deadlines items={data.deadlines} />
          </Panel>
          <Panel title="Last 24 hours">
            <Throughput series={data.throughput} />
          </Panel>
        </div>
      </div>
      <ProblemKeys data={data} />
    </>
  );
}

function Numbers({ data }: { data: Overview }) {
  const items: [ReactNode, ReactNode][] = [
    [
      <Link key="r" to="/runs" search={{ state: ["running"] }} className="text-accent hover:underline">
        running
      </Link>,
      count(data.running),
    ],
    [
      <Link
        key="w"
        to="/runs"
        search={{ state: ["waiting", "ready", "backoff"] }}
        className="text-accent hover:underline"
      >
        waiting
      </Link>,
      count(data.waiting),
    ],
    ["longest wait", <Duration key="o" seconds={data.oldest_wait_seconds} />],
    [
      <Link key="k" to="/workers" className="text-accent hover:underline">
        {data.workers === 1 ? "worker" : "workers"}
      </Link>,
      count(data.workers),
    ],
  ];
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-1 border-b border-line px-4 py-2.5 last:border-b-0">
      {items.map(([name, value], index) => (
        <div key={index} className="flex flex-row-reverse items-baseline gap-1.5">
          <dt className="text-muted">{name}</dt>
          <dd className="text-lg font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function ProblemKeys({ data }: { data: Overview }) {
  return data.problems
    .slice(0, 9)
    .map((item, index) => <ProblemKey key={index} number={index + 1} item={item} />);
}

function ProblemKey({ number, item }: { number: number; item: Overview["problems"][number] }) {
  const navigate = useNavigate();
  useShortcut(String(number), `Open problem ${number}: ${item.title.replaceAll("`", "")}`, () =>
    navigate(problemLink(item)),
  );
  return null;
}
