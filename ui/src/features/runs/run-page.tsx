import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { Loading } from "@/components/skeleton";
import { StateBadge } from "@/components/state-badge";
import { Tabs } from "@/components/tabs";
import { ZoneOf } from "@/components/zone-of";
import { ApiError } from "@/lib/problem";
import { useShortcut } from "@/lib/shortcuts";
import type { Run } from "@/lib/types";
import { LogView } from "./log-view";
import { runQuery } from "./queries";
import { RunActions } from "./run-actions";
import { RunEvents } from "./run-events";
import { RunLater } from "./run-later";
import type { RunTab } from "./run-search";
import { RunSummary } from "./run-summary";
import { RunVersions } from "./run-versions";

const route = getRouteApi("/_app/runs/$id");

/** One run: what it is, why it waits or failed, its attempts, its log, and what it read and wrote. */
export function RunPage() {
  const { id } = route.useParams();
  const number = Number(id);
  const {
    data: run,
    error,
    refetch,
  } = useQuery({ ...runQuery(number), enabled: Number.isSafeInteger(number) });
  if (run) {
    return (
      <ZoneOf dataset={run.dataset}>
        <Loaded run={run} />
      </ZoneOf>
    );
  }
  return (
    <Page title={`Run ${id}`}>
      {!Number.isSafeInteger(number) || (error instanceof ApiError && error.status === 404) ? (
        <EmptyState title={`There is no run ${id}.`}>
          It was never made, or retention has removed it.{" "}
          <Link to="/runs" className="text-accent underline">
            All runs
          </Link>
        </EmptyState>
      ) : error ? (
        <ErrorState what={`Run ${id} could not be loaded.`} error={error} retry={() => refetch()} />
      ) : (
        <Loading what={`run ${id}`} />
      )}
    </Page>
  );
}

function Loaded({ run }: { run: Run }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = search.tab ?? "summary";
  const open = (next: RunTab) =>
    navigate({ search: (before) => ({ ...before, tab: next === "summary" ? undefined : next }) });
  useShortcut("l", "Open the log", () => open("log"));
  useShortcut("s", "Open the summary", () => open("summary"));
  useShortcut("v", "Open inputs and output", () => open("versions"));
  const lines = run.attempts.reduce((sum, attempt) => sum + (attempt.log_lines ?? 0), 0);
  return (
    <Page
      title={`Run ${run.id}`}
      heading={
        <span className="inline-flex flex-wrap items-center gap-x-3">
          Run {run.id}
          <span className="text-base font-normal">
            <StateBadge run={run.state} />
          </span>
          <Link
            to="/datasets/$name"
            params={{ name: run.dataset }}
            search={{ p: run.partition }}
            className="font-mono text-base font-normal text-accent hover:underline"
          >
            {run.dataset} {run.partition}
          </Link>
        </span>
      }
      sentence={
        <span className="text-ink">
          <Sentence text={run.sentence} />
          <RunLater run={run} />
        </span>
      }
      actions={<RunActions run={run} />}
    >
      <Tabs<RunTab>
        label="Parts of this run"
        value={tab}
        onChange={open}
        items={[
          { value: "summary", label: "Summary" },
          { value: "log", label: "Log", count: lines > 0 ? lines : undefined },
          { value: "versions", label: "Inputs and output", count: run.inputs.length },
          { value: "events", label: "Events", count: run.events.length },
        ]}
      >
        {tab === "summary" && <RunSummary run={run} />}
        {tab === "log" && <LogView key={run.id} run={run} />}
        {tab === "versions" && <RunVersions run={run} />}
        {tab === "events" && <RunEvents run={run} />}
      </Tabs>
    </Page>
  );
}
