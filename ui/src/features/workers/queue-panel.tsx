import { Link } from "@tanstack/react-router";
import { Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { ZoneOf } from "@/components/zone-of";
import { age, count, plural } from "@/lib/format";
import type { Queue } from "@/lib/types";
import { CLASS_LABEL, ClassMark } from "./pool-bar";
import { LANE_STATES, type LaneState, queueRows, reasons } from "./queue";

const HEADER: Record<LaneState, string> = {
  running: "Running",
  ready: "Ready",
  backoff: "Backing off",
  waiting: "Waiting for inputs",
};

/** What is under way and what is not, by class; and for what is not, why. */
export function QueuePanel({ queue }: { queue: Queue }) {
  return (
    <Panel title="Queue">
      <div className="grid gap-6 xl:grid-cols-[minmax(0,30rem)_minmax(0,1fr)]">
        <Classes lanes={queue.lanes} />
        <Reasons waits={queue.waits} />
      </div>
    </Panel>
  );
}

function Classes({ lanes }: { lanes: Queue["lanes"] }) {
  return (
    <section aria-label="Runs by class and state" tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full text-right">
        <caption className="sr-only">Runs by class and state</caption>
        <thead>
          <tr className="text-sm text-muted">
            <th scope="col" className="py-1 text-left font-normal">
              Class
            </th>
            {LANE_STATES.map((state) => (
              <th key={state} scope="col" className="py-1 pl-3 font-normal">
                {HEADER[state]}
              </th>
            ))}
            <th scope="col" className="py-1 pl-3 font-normal">
              Oldest ready
            </th>
          </tr>
        </thead>
        <tbody>
          {queueRows(lanes).map((row) => (
            <tr key={row.class} className="border-t border-line">
              <th scope="row" className="py-1 text-left font-normal">
                <span className="inline-flex items-center gap-2">
                  <ClassMark of={row.class} />
                  {CLASS_LABEL[row.class]}
                </span>
              </th>
              {LANE_STATES.map((state) => (
                <td key={state} className="py-1 pl-3">
                  {row.runs[state] === 0 ? <span className="text-muted">0</span> : count(row.runs[state])}
                </td>
              ))}
              <td className="py-1 pl-3">
                {row.oldest === null ? <span className="text-muted">–</span> : age(row.oldest)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Reasons({ waits }: { waits: Queue["waits"] }) {
  return (
    <section aria-label="Why runs wait">
      <h3 className="border-b border-line py-1 text-sm text-muted">Why runs wait</h3>
      {waits.length === 0 ? (
        <p className="py-1">Nothing waits.</p>
      ) : (
        <ul>
          {reasons(waits).map((wait) => (
            <li
              key={`${wait.dataset} ${wait.text}`}
              className="flex flex-wrap items-baseline justify-between gap-x-4 border-b border-line py-1 last:border-b-0"
            >
              <span className="min-w-0">
                <Link
                  to="/datasets/$name"
                  params={{ name: wait.dataset }}
                  className="font-mono text-sm break-all text-accent hover:underline"
                >
                  {wait.dataset}
                </Link>{" "}
                <ZoneOf dataset={wait.dataset}>
                  <Sentence text={wait.text} />
                </ZoneOf>
              </span>
              <span className="whitespace-nowrap text-muted">
                {plural(wait.runs, "run")}, such as{" "}
                <Link to="/runs/$id" params={{ id: String(wait.example) }} className="text-accent underline">
                  {wait.example}
                </Link>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
