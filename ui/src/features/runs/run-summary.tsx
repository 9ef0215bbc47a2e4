import { Link } from "@tanstack/react-router";
import { ErrorCode } from "@/components/error-code";
import { Facts, Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { StateBadge } from "@/components/state-badge";
import { Duration, Time } from "@/components/time";
import { sentenceCase } from "@/lib/format";
import { reasonWord } from "@/lib/run-words";
import type { RunState } from "@/lib/states";
import { RUN_STATES } from "@/lib/states";
import type { Run, Wait } from "@/lib/types";
import { AttemptTable } from "./attempt-table";
import { AttemptTimeline } from "./attempt-timeline";

export function RunSummary({ run }: { run: Run }) {
  return (
    <div className="flex flex-col gap-4">
      {(run.error || run.error_code) && <RunError run={run} />}
      {run.waits && <RunWait wait={run.waits} />}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <Panel title="Attempts" flush>
          <AttemptTimeline run={run} />
          {run.attempts.length > 0 && <AttemptTable attempts={run.attempts} />}
        </Panel>
        <Panel title="About">
          <Facts
            items={[
              ["Why it was made", reasonWord(run.reason)],
              ["Class", run.class],
              [
                "Backfill",
                <Link
                  key="b"
                  to="/backfills/$id"
                  params={{ id: String(run.backfill) }}
                  className="text-accent hover:underline"
                >
                  {run.backfill}
                </Link>,
              ],
              ["Created", <Time key="c" at={run.created_at} seconds />],
              ["Started", <Time key="s" at={run.started_at} seconds />],
              ["Finished", <Time key="f" at={run.finished_at} seconds />],
              ["Waited", <Duration key="w" seconds={run.wait_seconds} />],
              ["Ran", <Duration key="r" seconds={run.run_seconds} />],
              ["Given up at", <Time key="d" at={run.deadline} />],
              ["Outcome", run.outcome?.replaceAll("_", " ") ?? "–"],
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}

/** What went wrong, with the code under which the manual tells what to do. */
function RunError({ run }: { run: Run }) {
  return (
    <section aria-label="Error" className="rounded border border-danger bg-danger-soft px-4 py-3">
      <h2 className="font-semibold">
        {run.state === "backoff" ? "The last attempt failed" : "It failed"}
        {run.error_code && (
          <span className="ml-2 font-normal">
            <ErrorCode code={run.error_code} />
          </span>
        )}
      </h2>
      {run.error && (
        <pre className="mt-1 max-h-60 overflow-auto whitespace-pre-wrap break-words font-mono text-sm">
          {run.error}
        </pre>
      )}
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-muted">
        {run.error_code && (
          <Link to="/runs" search={{ code: run.error_code }} className="text-accent hover:underline">
            Other runs with {run.error_code}
          </Link>
        )}
        <Link
          to="/runs/$id"
          params={{ id: String(run.id) }}
          search={{ tab: "log" }}
          className="text-accent hover:underline"
        >
          Log
        </Link>
      </div>
    </section>
  );
}

/** Why it has not started, and when it may. */
function RunWait({ wait }: { wait: Wait }) {
  return (
    <section aria-label="Why it waits" className="rounded border border-line bg-panel px-4 py-3">
      <h2 className="font-semibold">Why it waits</h2>
      <p className="mt-1">
        <Sentence text={sentenceCase(wait.text)} />.
      </p>
      <p className="mt-1 text-muted">
        {typeof wait.position === "number" &&
          (wait.position === 0 ? "Nothing is in front of it. " : `${wait.position} in front of it. `)}
        {wait.expected_at ? (
          <>
            Expected to start <Time at={wait.expected_at} /> (<Time at={wait.expected_at} relative />
            ).
          </>
        ) : (
          "When it starts cannot be foreseen."
        )}
      </p>
      {wait.on.length > 0 && <WaitedFor on={wait.on} />}
    </section>
  );
}

const NAMED = 5;

/** The runs that are waited for: those of one dataset in one state are one line. */
function WaitedFor({ on }: { on: Wait["on"] }) {
  const groups = Map.groupBy(on, ({ dataset, state }) => `${dataset} ${state}`);
  return (
    <ul className="mt-2 flex flex-col gap-1" aria-label="Runs it waits for">
      {[...groups].map(([key, runs]) => (
        <li key={key} className="flex flex-wrap items-center gap-x-2">
          {runs.slice(0, 1).map(({ dataset, state }) => (
            <span key={dataset} className="inline-flex items-center gap-2">
              <RunStateOf state={state} />
              <span className="font-mono">{dataset}</span>
            </span>
          ))}
          {runs.slice(0, NAMED).map(({ run, partition }) => (
            <Link
              key={run}
              to="/runs/$id"
              params={{ id: String(run) }}
              title={`Run ${run}`}
              className="font-mono text-accent hover:underline"
            >
              {partition}
            </Link>
          ))}
          {runs.length > NAMED && (
            <span className="text-muted">
              and {runs.length - NAMED}
              {on.length === MOST ? " or more" : ""} others
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** So many the server tells of at most. */
const MOST = 50;

function RunStateOf({ state }: { state: string }) {
  const known: RunState | undefined = RUN_STATES.find((word) => word === state);
  return known ? <StateBadge run={known} /> : <span>{state}</span>;
}
