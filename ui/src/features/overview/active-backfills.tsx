import { Link } from "@tanstack/react-router";
import { ProgressBar } from "@/components/progress-bar";
import { StateBadge } from "@/components/state-badge";
import { Duration } from "@/components/time";
import { count, percent } from "@/lib/format";
import { backfillState } from "@/lib/states";
import type { Backfill } from "@/lib/types";

export function ActiveBackfills({ items }: { items: Backfill[] }) {
  if (items.length === 0) return <p className="px-4 py-3 text-muted">No backfill is under way.</p>;
  return (
    <ul className="divide-y divide-line">
      {items.map((item) => {
        const done = item.published + item.unchanged + item.failed + item.cancelled;
        return (
          <li key={item.id} className="px-4 py-2.5">
            <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="flex min-w-0 items-baseline gap-2">
                <Link
                  to="/backfills/$id"
                  params={{ id: String(item.id) }}
                  className="shrink-0 font-medium text-accent hover:underline"
                >
                  Backfill {item.id}
                </Link>
                <span className="truncate text-muted">{item.request}</span>
              </span>
              <span className="text-sm text-muted">
                {count(done)} of {count(item.runs)}
                {item.runs > 0 && `, ${percent(done / item.runs)}`}
                {item.seconds_left !== null && item.seconds_left !== undefined && (
                  <>
                    , <Duration seconds={item.seconds_left} /> left
                  </>
                )}
              </span>
            </div>
            <div className="flex items-center gap-3">
              <StateBadge backfill={backfillState(item)} />
              <ProgressBar
                label={`Backfill ${item.id}`}
                total={item.runs}
                shares={[
                  { tone: "fresh", label: "done", value: item.published + item.unchanged },
                  { tone: "failed", label: "failed", value: item.failed },
                  { tone: "off", label: "cancelled", value: item.cancelled },
                  { tone: "running", label: "running", value: item.running },
                ]}
              />
            </div>
          </li>
        );
      })}
    </ul>
  );
}
