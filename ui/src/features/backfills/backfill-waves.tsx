import { Link } from "@tanstack/react-router";
import { ProgressBar } from "@/components/progress-bar";
import { count } from "@/lib/format";
import type { RunState } from "@/lib/states";
import type { BackfillDetail, BackfillStep } from "@/lib/types";
import { stepRuns, stepSegments, stepWaves } from "./progress";

const COLUMNS = [
  ["waiting", "Waiting", ["waiting"]],
  ["ready", "Ready", ["ready", "backoff"]],
  ["running", "Running", ["running"]],
  ["published", "Published", ["succeeded"]],
  ["unchanged", "Unchanged", ["succeeded"]],
  ["failed", "Failed", ["failed"]],
  ["cancelled", "Cancelled", ["cancelled"]],
] as const satisfies readonly (readonly [keyof BackfillStep, string, readonly RunState[]])[];

type WaveColumn = (typeof COLUMNS)[number];

/** Where runs can stand and none of it does, there is no column; how many failed is always said. */
function columnsOf(steps: readonly BackfillStep[]): readonly WaveColumn[] {
  return COLUMNS.filter(
    ([key]) => key === "published" || key === "failed" || steps.some((step) => step[key] > 0),
  );
}

/** Every dataset of the backfill, in the order in which it is made. Numbers lead to their runs. */
export function BackfillWaves({ backfill }: { backfill: BackfillDetail }) {
  if (backfill.steps.length === 0) return <p className="px-4 py-3 text-muted">It has no runs.</p>;
  const columns = columnsOf(backfill.steps);
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full text-left">
        <caption className="sr-only">Runs by wave and dataset</caption>
        <thead className="text-sm text-muted">
          <tr className="border-b border-line">
            <th scope="col" className="px-4 py-1.5 font-medium">
              Dataset
            </th>
            <th scope="col" className="w-32 px-2 py-1.5 font-medium">
              Progress
            </th>
            {columns.map(([key, label]) => (
              <th key={key} scope="col" className="px-2 py-1.5 text-right font-medium last:pr-4">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        {stepWaves(backfill.steps).map((wave) => (
          <tbody key={wave.wave ?? "rest"}>
            <tr className="border-b border-line bg-sunken">
              <th scope="rowgroup" colSpan={columns.length + 2} className="px-4 py-1 text-sm font-medium">
                {wave.wave === null ? "Without a wave" : `Wave ${wave.wave}`}{" "}
                <span className="font-normal text-muted">
                  · {count(wave.done)} of {count(wave.runs)} done
                </span>
              </th>
            </tr>
            {wave.steps.map((step) => (
              <Step key={step.dataset} step={step} columns={columns} backfill={backfill.id} />
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}

function Step(props: { step: BackfillStep; columns: readonly WaveColumn[]; backfill: number }) {
  const { step, columns, backfill } = props;
  return (
    <tr className="border-b border-line last:border-b-0 hover:bg-hover">
      <th scope="row" className="px-4 py-1.5 font-normal">
        <Link
          to="/datasets/$name"
          params={{ name: step.dataset }}
          className="font-mono text-accent hover:underline"
        >
          {step.dataset}
        </Link>
      </th>
      <td className="px-2 py-1.5">
        <ProgressBar
          label={step.dataset}
          total={stepRuns(step)}
          shares={stepSegments(step)
            .filter((segment) => segment.key !== "waiting")
            .map((segment) => ({
              tone: segment.tone,
              label: segment.label.toLowerCase(),
              value: segment.runs,
            }))}
        />
      </td>
      {columns.map(([key, label, state]) => (
        <td key={key} className="px-2 py-1.5 text-right tabular-nums last:pr-4">
          {step[key] > 0 ? (
            <Link
              to="/runs"
              search={{ backfill, dataset: step.dataset, state: [...state] }}
              aria-label={`${step[key]} ${label.toLowerCase()} of ${step.dataset}`}
              className={
                key === "failed" ? "font-medium text-danger hover:underline" : "text-accent hover:underline"
              }
            >
              {count(step[key])}
            </Link>
          ) : (
            <span className="text-muted">0</span>
          )}
        </td>
      ))}
    </tr>
  );
}
