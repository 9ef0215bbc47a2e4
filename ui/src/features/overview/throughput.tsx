import { useState } from "react";
import { Button } from "@/components/button";
import { Time } from "@/components/time";
import { count, duration, plural } from "@/lib/format";
import type { Overview } from "@/lib/types";

const WIDTH = 480;
const HEIGHT = 72;

type Series = Overview["throughput"];

/** Two small charts over the same day: what was published and what failed, and how long runs waited. */
export function Throughput({ series }: { series: Series }) {
  const [table, setTable] = useState(false);
  if (series.length === 0) return <p className="text-muted">Nothing has run in the last 24 hours.</p>;
  const published = series.reduce((sum, one) => sum + one.published, 0);
  const failed = series.reduce((sum, one) => sum + one.failed, 0);
  const most = Math.max(1, ...series.map((one) => one.published + one.failed));
  const waits = series.map((one) => one.wait_p95 ?? 0);
  const longest = Math.max(1, ...waits);
  const each = WIDTH / series.length;
  return (
    <div className="flex flex-col gap-3">
      <figure>
        <figcaption className="mb-1 flex flex-wrap justify-between gap-x-3 text-sm text-muted">
          <span>
            {plural(published, "partition")} published, {count(failed)} failed
          </span>
          <span>most in 15 m: {count(most)}</span>
        </figcaption>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-20 w-full"
          role="img"
          aria-label={`In the last 24 hours ${plural(published, "partition")} were published and ${count(failed)} failed.`}
        >
          <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-line-strong" />
          {series.map((one, at) => {
            const good = (one.published / most) * (HEIGHT - 2);
            const bad = (one.failed / most) * (HEIGHT - 2);
            return (
              <g key={one.at}>
                <rect
                  x={at * each}
                  y={HEIGHT - good}
                  width={each * 0.8}
                  height={good}
                  className="fill-accent"
                />
                <rect
                  x={at * each}
                  y={HEIGHT - good - bad}
                  width={each * 0.8}
                  height={bad}
                  className="fill-state-failed"
                />
              </g>
            );
          })}
        </svg>
      </figure>
      <figure>
        <figcaption className="mb-1 flex flex-wrap justify-between gap-x-3 text-sm text-muted">
          <span>Wait for a worker (95 of 100 runs waited less)</span>
          <span>longest: {duration(longest)}</span>
        </figcaption>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="h-14 w-full"
          role="img"
          aria-label={`In the last 24 hours runs waited at most ${duration(longest)}, of 95 in 100.`}
        >
          <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-line-strong" />
          <polyline
            points={waits
              .map((wait, at) => `${(at + 0.5) * each},${HEIGHT - 1 - (wait / longest) * (HEIGHT - 4)}`)
              .join(" ")}
            className="fill-none stroke-accent"
            strokeWidth="1.5"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      </figure>
      <div className="flex flex-wrap items-center justify-between text-sm text-muted">
        <Time at={series[0]?.at} brief />
        <Button kind="quiet" size="small" aria-expanded={table} onClick={() => setTable(!table)}>
          {table ? "Hide the numbers" : "Show the numbers"}
        </Button>
        <Time at={series.at(-1)?.at} brief />
      </div>
      {table && <Numbers series={series} />}
    </div>
  );
}

function Numbers({ series }: { series: Series }) {
  return (
    <div
      className="max-h-64 overflow-auto"
      tabIndex={0}
      role="region"
      aria-label="Numbers of the last 24 hours"
    >
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-panel text-left text-muted">
          <tr>
            {["From", "Published", "Failed", "Wait"].map((name) => (
              <th key={name} scope="col" className="py-1 font-normal">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {series.toReversed().map((one) => (
            <tr key={one.at} className="border-t border-line">
              <td className="py-0.5">
                <Time at={one.at} brief />
              </td>
              <td>{count(one.published)}</td>
              <td>{count(one.failed)}</td>
              <td>{one.wait_p95 === null || one.wait_p95 === undefined ? "–" : duration(one.wait_p95)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
