import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Bytes, Count } from "@/components/amount";
import { ErrorCode } from "@/components/error-code";
import { StateBadge } from "@/components/state-badge";
import { Duration, Elapsed, Time } from "@/components/time";
import type { Attempt } from "@/lib/types";

const LINES: readonly (readonly [string, (attempt: Attempt) => ReactNode])[] = [
  ["State", (attempt) => <StateBadge attempt={attempt.state} detail={attempt.exit_reason} />],
  [
    "Worker",
    (attempt) => (
      <Link to="/runs" search={{ worker: attempt.worker }} className="text-accent hover:underline">
        {attempt.worker} <span className="text-muted">{attempt.host}</span>
      </Link>
    ),
  ],
  ["Started", (attempt) => <Time at={attempt.started_at} seconds />],
  [
    "Took",
    (attempt) =>
      attempt.ended_at ? (
        <Duration seconds={(Date.parse(attempt.ended_at) - Date.parse(attempt.started_at)) / 1000} />
      ) : (
        <Elapsed since={attempt.started_at} />
      ),
  ],
  ["Processor time", (attempt) => <Duration seconds={attempt.cpu_seconds} />],
  ["Most memory", (attempt) => <Bytes value={attempt.peak_bytes} />],
  ["Rows read", (attempt) => <Count value={attempt.rows_read} />],
  ["Bytes read", (attempt) => <Bytes value={attempt.bytes_read} />],
  ["Rows written", (attempt) => <Count value={attempt.rows_written} />],
  ["Bytes written", (attempt) => <Bytes value={attempt.bytes_written} />],
  ["Ended because", (attempt) => attempt.exit_reason ?? "–"],
  [
    "Error",
    (attempt) =>
      attempt.error_code || attempt.error ? (
        <span>
          {attempt.error_code && <ErrorCode code={attempt.error_code} />} {attempt.error}
        </span>
      ) : (
        "–"
      ),
  ],
  [
    "Log",
    (attempt) => (
      <Link
        to="."
        search={(before) => ({ ...before, tab: "log", attempt: attempt.number })}
        className="text-accent hover:underline"
      >
        {attempt.log_lines === null || attempt.log_lines === undefined ? (
          "open"
        ) : (
          <>
            <Count value={attempt.log_lines} /> lines
          </>
        )}
      </Link>
    ),
  ],
];

/** The attempts side by side: what differs stands in one row. */
export function AttemptTable({ attempts }: { attempts: readonly Attempt[] }) {
  return (
    <div className="relative overflow-x-auto border-t border-line">
      <table className="w-full text-left">
        <thead>
          <tr className="border-b border-line text-sm text-muted">
            <td className="w-36 px-4 py-1.5" />
            {attempts.map((attempt) => (
              <th key={attempt.number} scope="col" className="min-w-48 px-3 py-1.5 font-medium">
                Attempt {attempt.number}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {LINES.map(([name, value]) => (
            <tr key={name} className="border-b border-line align-top last:border-b-0">
              <th scope="row" className="whitespace-nowrap px-4 py-1.5 font-normal text-muted">
                {name}
              </th>
              {attempts.map((attempt) => (
                <td key={attempt.number} className="px-3 py-1.5 break-words">
                  {value(attempt)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
