import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { Sentence } from "@/components/sentence";
import { useNow } from "@/lib/clock";
import { count, percent } from "@/lib/format";
import { type RunState, TONE } from "@/lib/states";
import type { BackfillDetail } from "@/lib/types";
import { FinishTime } from "./finish-time";
import { barText, doneOf, etaText, limitOf, rateText, type Segment, segmentsOf } from "./progress";

/** Which runs a part of the bar stands for. */
const STATES: Record<Segment["key"], RunState[]> = {
  published: ["succeeded"],
  unchanged: ["succeeded"],
  running: ["running"],
  ready: ["ready"],
  waiting: ["waiting"],
  failed: ["failed"],
  cancelled: ["cancelled"],
  left: ["waiting", "ready", "backoff"],
};

/** The bar, what its parts are, how fast it goes and what holds it up. */
export function BackfillProgress({ backfill }: { backfill: BackfillDetail }) {
  const now = useNow();
  const segments = segmentsOf(backfill);
  const done = doneOf(backfill);
  const limit = limitOf(backfill);
  const active = backfill.state === "active";
  return (
    <section aria-label="Progress" className="rounded border border-line bg-panel px-4 py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <p>
          <span className="text-xl font-semibold">{count(done)}</span> of {count(backfill.runs)} done
          {backfill.runs > 0 && <span className="text-muted"> · {percent(done / backfill.runs)}</span>}
        </p>
        {active && (
          <p>
            {backfill.rate ? <>{rateText(backfill.rate)} · </> : null}
            {etaText(backfill).startsWith("not") ? `End ${etaText(backfill)}` : etaText(backfill)}
            <FinishTime backfill={backfill} now={now} />
          </p>
        )}
      </div>
      <div
        role="progressbar"
        aria-label="Runs that are over"
        aria-valuemin={0}
        aria-valuemax={backfill.runs}
        aria-valuenow={done}
        aria-valuetext={barText(segments)}
        className="mt-2 flex h-5 w-full gap-px overflow-hidden rounded border border-line-strong bg-sunken"
      >
        {segments.map((segment) => (
          <span
            key={segment.key}
            title={`${count(segment.runs)} ${segment.label.toLowerCase()}`}
            className={clsx(TONE[segment.tone].bg, segment.key === "unchanged" && "opacity-60")}
            style={{ flexGrow: segment.runs, flexBasis: 0, minWidth: 2 }}
          />
        ))}
      </div>
      <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1" aria-label="Runs by state">
        {segments.map((segment) => (
          <li key={segment.key} className="inline-flex items-center gap-1.5">
            <span
              aria-hidden="true"
              className={clsx(
                "size-3 rounded-[2px] border border-line-strong",
                TONE[segment.tone].bg,
                segment.key === "unchanged" && "opacity-60",
              )}
            />
            <Link
              to="/runs"
              search={{ backfill: backfill.id, state: STATES[segment.key] }}
              className="hover:underline"
            >
              {count(segment.runs)} {segment.label.toLowerCase()}
            </Link>
          </li>
        ))}
      </ul>
      {limit && (
        <p className="mt-2 border-t border-line pt-2">
          <span className="text-muted">Limited by:</span> <Sentence text={limit.text} />{" "}
          <Link to="/runs/$id" params={{ id: String(limit.example) }} className="text-accent underline">
            run {limit.example}
          </Link>
        </p>
      )}
    </section>
  );
}
