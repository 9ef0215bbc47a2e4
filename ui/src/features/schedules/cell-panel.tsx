import { Link } from "@tanstack/react-router";
import { Panel } from "@/components/page";
import { StateMark } from "@/components/state-badge";
import { dateInWords } from "@/lib/civil";
import type { CalendarDay } from "@/lib/types";
import { countsInWords, toneOf, worstFirst } from "./calendar";
import { CELL } from "./cell-look";

/** What the open square holds, by dataset, with the way to the ticks. */
export function CellPanel(props: {
  cell: CalendarDay | undefined;
  name: string | undefined;
  unit: "day" | "hour";
}) {
  const { cell, name, unit } = props;
  if (name === undefined) {
    return (
      <Panel title={unit === "day" ? "Ticks of a day" : "Ticks of an hour"}>
        <p className="text-muted">
          Choose {unit === "day" ? "a day" : "an hour"} to see which schedules tick then, and what became of
          each.
        </p>
      </Panel>
    );
  }
  const date = name.slice(0, 10);
  const title =
    name.length > 10 ? `${dateInWords(date, "day")}, ${name.slice(11, 16)}` : dateInWords(date, "full");
  return (
    <Panel title={title} flush>
      {!cell || cell.datasets.length === 0 ? (
        <p className="px-4 py-3 text-muted">Nothing ticks then.</p>
      ) : (
        <>
          <p className="border-b border-line px-4 py-2 text-muted">{countsInWords(cell)}</p>
          <ul>
            {worstFirst(cell).map((each) => (
              <li
                key={each.dataset}
                className="flex items-start gap-2 border-b border-line px-4 py-1.5 last:border-b-0"
              >
                <span className="pt-0.5">
                  <StateMark look={CELL[toneOf(each)]} />
                </span>
                <span className="min-w-0 grow">
                  <Link
                    to="/schedules"
                    search={{ schedule: each.dataset }}
                    className="font-mono text-sm break-all text-accent hover:underline"
                  >
                    {each.dataset}
                  </Link>
                  <span className="block text-sm text-muted">{countsInWords(each)}</span>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}
