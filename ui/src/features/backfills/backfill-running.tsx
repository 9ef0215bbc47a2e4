import { Link } from "@tanstack/react-router";
import { Panel } from "@/components/page";
import { Elapsed, Time } from "@/components/time";
import { count } from "@/lib/format";
import type { BackfillDetail } from "@/lib/types";

/** What workers are at for this backfill. */
export function BackfillRunning({ backfill }: { backfill: BackfillDetail }) {
  const shown = backfill.now_running;
  const more = backfill.running - shown.length;
  return (
    <Panel title={`Running now (${count(backfill.running)})`} flush>
      {shown.length === 0 ? (
        <p className="px-4 py-2 text-muted">Nothing at the moment.</p>
      ) : (
        <div className="relative overflow-x-auto">
          <table className="w-full text-left">
            <thead className="text-sm text-muted">
              <tr className="border-b border-line">
                <th scope="col" className="px-4 py-1 font-medium">
                  Run
                </th>
                <th scope="col" className="px-2 py-1 font-medium">
                  Partition
                </th>
                <th scope="col" className="px-2 py-1 text-right font-medium">
                  Attempt
                </th>
                <th scope="col" className="px-2 py-1 text-right font-medium">
                  Worker
                </th>
                <th scope="col" className="px-2 py-1 text-right font-medium">
                  Started
                </th>
                <th scope="col" className="px-4 py-1 text-right font-medium">
                  For
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((run) => (
                <tr key={run.id} className="border-b border-line last:border-b-0 hover:bg-hover">
                  <td className="px-4 py-1">
                    <Link
                      to="/runs/$id"
                      params={{ id: String(run.id) }}
                      className="font-mono text-accent hover:underline"
                    >
                      {run.id}
                    </Link>
                  </td>
                  <td className="px-2 py-1 font-mono break-words">
                    {run.dataset} <span className="text-muted">{run.partition}</span>
                  </td>
                  <td className="px-2 py-1 text-right">{run.attempt}</td>
                  <td className="px-2 py-1 text-right">{run.worker ?? "–"}</td>
                  <td className="px-2 py-1 text-right">
                    <Time at={run.started_at} brief seconds />
                  </td>
                  <td className="px-4 py-1 text-right">
                    <Elapsed since={run.started_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more > 0 && (
        <p className="px-4 py-1.5">
          <Link
            to="/runs"
            search={{ backfill: backfill.id, state: ["running"] }}
            className="text-accent hover:underline"
          >
            and {count(more)} more
          </Link>
        </p>
      )}
    </Panel>
  );
}
