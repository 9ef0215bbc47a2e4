import { Link } from "@tanstack/react-router";
import { Facts, Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { Time } from "@/components/time";
import type { BackfillDetail } from "@/lib/types";

const ORIGIN = { person: "a person", schedule: "a schedule", automation: "automation" } as const;

/** `ana, a person`; `automation` alone. */
function startedBy({ created_by: by, origin }: BackfillDetail): string {
  return by === origin ? by : `${by}, ${ORIGIN[origin]}`;
}

/** Who asked for what, how it is set, and what has been done with it. */
export function BackfillAbout({ backfill }: { backfill: BackfillDetail }) {
  const events = [...backfill.events].reverse();
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Panel title="About">
        <Facts
          items={[
            ["Started by", startedBy(backfill)],
            ["Created", <Time key="c" at={backfill.created_at} seconds />],
            ["Finished", <Time key="f" at={backfill.finished_at} seconds />],
            ["Class", backfill.class],
            ["Priority", String(backfill.priority)],
            [
              "At once",
              typeof backfill.concurrency === "number" ? `at most ${backfill.concurrency}` : "as many as fit",
            ],
            [
              "Retry of",
              typeof backfill.retry_of === "number" ? (
                <Link
                  key="r"
                  to="/backfills/$id"
                  params={{ id: String(backfill.retry_of) }}
                  className="text-accent hover:underline"
                >
                  {backfill.retry_of}
                </Link>
              ) : (
                "–"
              ),
            ],
            [
              "Plan",
              <code key="p" className="break-all font-mono text-sm">
                {backfill.plan_hash}
              </code>,
            ],
            [
              "Runs",
              <Link
                key="l"
                to="/runs"
                search={{ backfill: backfill.id }}
                className="text-accent hover:underline"
              >
                all runs
              </Link>,
            ],
          ]}
        />
      </Panel>
      <Panel title="Events" flush>
        {events.length === 0 ? (
          <p className="px-4 py-2 text-muted">Nobody has touched it since it was started.</p>
        ) : (
          <ol className="divide-y divide-line">
            {events.map((event, index) => (
              <li key={`${event.at} ${index}`} className="px-4 py-1.5">
                <span>
                  {event.by} <span className="text-muted">{event.action}</span>{" "}
                  <Sentence text={event.details} />
                </span>
                <span className="block text-sm text-muted">
                  <Time at={event.at} seconds />
                </span>
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </div>
  );
}
