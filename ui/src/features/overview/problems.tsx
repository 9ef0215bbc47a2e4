import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { Sentence } from "@/components/sentence";
import { StateMark } from "@/components/state-badge";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { plural, sentenceCase } from "@/lib/format";
import { BACKFILL, type Look, RUN, SLA, STANDING } from "@/lib/states";
import type { ProblemItem } from "@/lib/types";
import { ProblemAction } from "./problem-action";
import { problemLink } from "./problem-link";

const LOOK: Record<ProblemItem["kind"], Look> = {
  failed: STANDING.failed,
  late: SLA.late,
  missing_upstream: STANDING["missing-upstream"],
  paused: BACKFILL.paused,
  no_worker: RUN.ready,
  source_fault: STANDING.failed,
  stale: STANDING.stale,
  hold: BACKFILL.paused,
};

/** One line for each cause; what only follows from it is counted in it. */
export function Problems({ items }: { items: ProblemItem[] }) {
  if (items.length === 0) {
    return (
      <EmptyState title="Nothing needs you.">
        No partition has failed, none is late, nothing is held up.
      </EmptyState>
    );
  }
  return (
    <ol className="divide-y divide-line">
      {items.map((item, index) => (
        <Problem key={index} item={item} />
      ))}
    </ol>
  );
}

function Problem({ item }: { item: ProblemItem }) {
  return (
    <ZoneOf dataset={item.dataset}>
      <li className="flex gap-3 px-4 py-2.5 hover:bg-hover">
        <span className="pt-0.5">
          <StateMark look={LOOK[item.kind]} />
        </span>
        <div className="min-w-0 grow">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <Link {...problemLink(item)} className="font-medium text-accent hover:underline">
              <Sentence text={sentenceCase(item.title)} />
            </Link>
          </p>
          <p className="break-words text-muted">
            <Sentence text={item.detail} link />
          </p>
          {item.blocks.length > 0 && (
            <p className="text-sm text-muted">
              {plural(item.blocks.length, "dataset waits", "datasets wait")} on it:{" "}
              {item.blocks.slice(0, 3).map((name, at) => (
                <span key={name}>
                  {at > 0 && ", "}
                  <Link
                    to="/datasets/$name"
                    params={{ name }}
                    className="font-mono text-accent [overflow-wrap:anywhere] hover:underline"
                  >
                    {name}
                  </Link>
                </span>
              ))}
              {item.blocks.length > 3 && ` and ${item.blocks.length - 3} more`}
            </p>
          )}
        </div>
        <div className="shrink-0 text-right text-sm text-muted">
          {item.since && <Time at={item.since} relative />}
          {item.run && (
            <Link
              to="/runs/$id"
              params={{ id: String(item.run) }}
              className="block text-accent hover:underline"
            >
              run {item.run}
            </Link>
          )}
          <div className="mt-1">
            <ProblemAction item={item} />
          </div>
        </div>
      </li>
    </ZoneOf>
  );
}
