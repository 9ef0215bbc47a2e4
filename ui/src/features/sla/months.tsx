import clsx from "clsx";
import { dateInWords } from "@/lib/civil";
import { percent } from "@/lib/format";
import { attainmentWords, budgetWords, keeps, type Month } from "./standing";

/** Months as bars against the objective, newest first. */
export function Months({
  months,
  objective,
}: {
  months: readonly Month[];
  objective: number | null | undefined;
}) {
  if (months.length === 0) return <p className="text-muted">Nothing was due in any month yet.</p>;
  return (
    <section aria-label="Attainment by month" tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full text-left">
        <thead>
          <tr className="text-sm text-muted">
            <th scope="col" className="py-1 pr-4 font-normal">
              Month
            </th>
            <th scope="col" className="w-full py-1 pr-4 font-normal">
              Met{objective != null && `, objective ${percent(objective)}`}
            </th>
            <th scope="col" className="py-1 pr-4 text-right font-normal">
              Missed
            </th>
            <th scope="col" className="py-1 text-right font-normal">
              Budget
            </th>
          </tr>
        </thead>
        <tbody>
          {months.toReversed().map((month) => (
            <Row key={month.month} month={month} objective={objective} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ month, objective }: { month: Month; objective: number | null | undefined }) {
  const kept = keeps(month, objective);
  const share = month.attainment ?? 0;
  return (
    <tr className="border-t border-line">
      <th scope="row" className="whitespace-nowrap py-1 pr-4 font-normal">
        {dateInWords(`${month.month}-01`, "month-short")}
      </th>
      <td className="py-1 pr-4">
        <span className="flex items-center gap-2">
          <span aria-hidden className="relative h-2.5 min-w-16 grow rounded-sm bg-sunken">
            <span
              className={clsx(
                "block h-full rounded-sm",
                kept === false ? "bg-state-failed" : "bg-state-fresh",
              )}
              style={{ width: `${share * 100}%` }}
            />
            {objective != null && (
              <span
                className="absolute -inset-y-0.5 w-0.5 bg-ink"
                style={{ left: `calc(${objective * 100}% - 1px)` }}
              />
            )}
          </span>
          <span
            className={clsx("w-20 whitespace-nowrap text-right", kept === false && "font-medium text-danger")}
          >
            {attainmentWords(month)}
            {kept === false && " ✕"}
            {kept === false && <span className="sr-only">below the objective</span>}
          </span>
        </span>
      </td>
      <td className="py-1 pr-4 text-right whitespace-nowrap">
        {month.missed} of {month.met + month.missed}
      </td>
      <td className="py-1 text-right whitespace-nowrap">
        {budgetWords(objective == null ? null : month.budget_left)}
      </td>
    </tr>
  );
}
