import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Bytes } from "@/components/amount";
import { Button } from "@/components/button";
import { Duration, Time } from "@/components/time";
import { count, plural } from "@/lib/format";
import type { Plan, PlanBlocked, PlanRange } from "@/lib/types";
import { estimateText, sizeText } from "./estimate";
import { blockedText, rangesText, reasonText, wavesOf } from "./plan-text";

interface PlanViewProps {
  plan: Plan;
  /** Adds what is missing upstream to the request; without it the offer is not made. */
  onUpstream?: (() => void) | undefined;
}

/** A plan: how long it takes, what it makes in which order and why, and what it cannot make. */
export function PlanView({ plan, onUpstream }: PlanViewProps) {
  return (
    <div className="flex flex-col gap-4">
      {plan.runs > 0 && <Estimate plan={plan} />}
      {plan.blocked.length > 0 && <Blocked blocked={plan.blocked} onUpstream={onUpstream} />}
      {plan.runs > 0 && <Waves plan={plan} />}
    </div>
  );
}

function Estimate({ plan }: { plan: Plan }) {
  const { estimate } = plan;
  const text = estimateText(estimate);
  return (
    <div>
      <p className="text-lg font-medium">{text.time}</p>
      {estimate.finish_at && (
        <p>
          Done by <Time at={estimate.finish_at} />
          {estimate.finish_at_p90 && estimate.finish_at_p90 !== estimate.finish_at && (
            <>
              , or <Time at={estimate.finish_at_p90} /> if it goes slowly
            </>
          )}
          , when started now.
        </p>
      )}
      <p className="text-muted">
        {text.basis} {sizeText(estimate)}.
      </p>
    </div>
  );
}

function Blocked({
  blocked,
  onUpstream,
}: {
  blocked: readonly PlanBlocked[];
  onUpstream?: (() => void) | undefined;
}) {
  const partitions = blocked.reduce((sum, held) => sum + held.partitions, 0);
  return (
    <section aria-label="Blocked" className="rounded border border-warning bg-warning-soft px-3 py-2">
      <h3 className="font-medium">{plural(partitions, "partition")} cannot be made</h3>
      <ul className="mt-1 flex flex-col gap-2">
        {blocked.map((held) => {
          const text = blockedText(held);
          return (
            <li key={`${held.dataset} ${held.needs}`}>
              <p>
                {text.what} <span className="text-muted">{text.advice}</span>
              </p>
              <p className="font-mono text-sm text-muted">
                <RangeList ranges={held.lacks} />
              </p>
              {text.fix === "upstream" && onUpstream && (
                <Button size="small" className="mt-1" onClick={onUpstream}>
                  Make {held.needs} first
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Waves({ plan }: { plan: Plan }) {
  const waves = wavesOf(plan.steps);
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full text-left">
        <caption className="sr-only">What the plan makes, by wave</caption>
        <thead className="text-sm text-muted">
          <tr className="border-b border-line">
            <th scope="col" className="px-2 py-1 font-medium">
              Dataset
            </th>
            <th scope="col" className="px-2 py-1 text-right font-medium">
              Partitions
            </th>
            <th scope="col" className="px-2 py-1 font-medium">
              Why
            </th>
            <th scope="col" className="px-2 py-1 text-right font-medium">
              Work
            </th>
          </tr>
        </thead>
        {waves.map((wave) => (
          <tbody key={wave.wave}>
            <tr className="border-b border-line bg-sunken">
              <th scope="rowgroup" colSpan={4} className="px-2 py-1 text-sm font-medium">
                Wave {wave.wave}{" "}
                <span className="font-normal text-muted">· {plural(wave.partitions, "partition")}</span>
              </th>
            </tr>
            {wave.steps.map((step) => (
              <tr key={`${step.dataset} ${step.reason}`} className="border-b border-line align-top">
                <td className="px-2 py-1.5">
                  <Link
                    to="/datasets/$name"
                    params={{ name: step.dataset }}
                    className="font-mono text-accent hover:underline"
                  >
                    {step.dataset}
                  </Link>
                  <div className="font-mono text-sm text-muted">
                    <RangeList ranges={step.ranges} />
                  </div>
                </td>
                <td className="px-2 py-1.5 text-right tabular-nums">{count(step.partitions)}</td>
                <td className="px-2 py-1.5">
                  {reasonText(step.reason)}
                  {step.in_order && <div className="text-sm text-muted">one after the other</div>}
                </td>
                <td className="px-2 py-1.5 text-right">
                  <Duration seconds={step.seconds} />
                  <div className="text-sm text-muted">
                    <Bytes value={step.bytes} />
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

/** Ranges as the command line takes them; a long list opens on request. */
function RangeList({ ranges }: { ranges: readonly PlanRange[] }) {
  const [open, setOpen] = useState(false);
  const { shown, more } = rangesText(ranges, open ? 500 : 3);
  return (
    <span className="break-words">
      {shown.join(", ")}
      {more > 0 && (
        <button
          type="button"
          onClick={() => setOpen(true)}
          className="ml-1 font-sans text-accent hover:underline"
        >
          {open ? `and ${plural(more, "more range")}` : `show ${plural(more, "more range")}`}
        </button>
      )}
    </span>
  );
}
