import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { buttonClass } from "@/components/button";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Facts, Page, Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { useNow } from "@/lib/clock";
import { percent } from "@/lib/format";
import type { SlaStanding, SlaWindow } from "@/lib/types";
import { Blocking } from "./blocking";
import { Months } from "./months";
import { slaWindowsQuery } from "./queries";
import { marginWords } from "./standing";
import { stripWords, WindowStrip } from "./window-strip";

/** One promise: how it stands, how it was kept month by month, and every window of it. */
export function RuleView({ standing }: { standing: SlaStanding }) {
  const { rule, current, state, recent, months } = standing;
  const now = useNow().getTime();
  return (
    <Page
      title={`SLA of ${rule.dataset}`}
      heading={<span className="font-mono">{rule.dataset}</span>}
      sentence={rule.rule}
      actions={
        <>
          <Link to="/sla" className={buttonClass()}>
            All promises
          </Link>
          <Link to="/datasets/$name" params={{ name: rule.dataset }} className={buttonClass()}>
            Dataset
          </Link>
        </>
      }
    >
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel title="Now">
          {current ? (
            <Facts
              items={[
                ["State", <StateBadge key="state" sla={state} />],
                ["Partition", <Key key="partition" window={current} />],
                ["Due", <Time key="due" at={current.due_at} />],
                ["Complete", <Time key="complete" at={current.completed_at} none="not yet" />],
                ["Margin", marginWords(current, now)],
                ["Waits for", <Blocking key="blocking" blocking={current.blocking} />],
                [
                  "Objective",
                  rule.objective == null ? "none declared" : `${percent(rule.objective)} of windows a month`,
                ],
              ]}
            />
          ) : (
            <p className="text-muted">No window has been due yet.</p>
          )}
        </Panel>
        <Panel title="By month">
          <div className="mb-3">
            <WindowStrip windows={recent} />
            <p className="text-sm text-muted">Latest {stripWords(recent)}.</p>
          </div>
          <Months months={months} objective={rule.objective} />
        </Panel>
      </div>
      <Panel title="History" flush>
        <History id={rule.id} now={now} />
      </Panel>
    </Page>
  );
}

function Key({ window }: { window: SlaWindow }) {
  return (
    <Link
      to="/datasets/$name"
      params={{ name: window.dataset }}
      search={{ p: window.partition }}
      className="font-mono text-sm text-accent hover:underline"
    >
      {window.partition}
    </Link>
  );
}

function History({ id, now }: { id: string; now: number }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    slaWindowsQuery(id),
  );
  if (error)
    return <ErrorState what="The history could not be loaded." error={error} retry={() => refetch()} />;
  if (!data) {
    return (
      <div className="px-4">
        <Loading what="the history" />
      </div>
    );
  }
  const columns: Column<SlaWindow>[] = [
    { id: "state", header: "State", width: "7rem", cell: (window) => <StateBadge sla={window.state} /> },
    {
      id: "partition",
      header: "Partition",
      width: "minmax(9rem,1fr)",
      cell: (window) => <Key window={window} />,
    },
    { id: "due", header: "Due", width: "10rem", cell: (window) => <Time at={window.due_at} /> },
    {
      id: "completed",
      header: "Complete",
      width: "10rem",
      cell: (window) => <Time at={window.completed_at} none="not yet" />,
    },
    {
      id: "margin",
      header: "Margin",
      width: "10rem",
      cell: (window) => (
        <span className={clsx((window.state === "late" || window.state === "missed") && "font-medium")}>
          {marginWords(window, now)}
        </span>
      ),
    },
    {
      id: "blocking",
      header: "Waited for",
      width: "minmax(12rem,2fr)",
      cell: ({ blocking }) => <Blocking blocking={blocking} />,
    },
  ];
  return (
    <DataTable
      label="Windows"
      columns={columns}
      rows={data.pages.flatMap((page) => page.items)}
      rowKey={(window) => `${window.partition} ${window.due_at}`}
      more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => fetchNextPage() }}
      empty={
        <EmptyState title="No window has been due yet.">
          The first one appears here when its time comes.
        </EmptyState>
      }
    />
  );
}
