import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { Loading } from "@/components/skeleton";
import { StateBadge, StateMark } from "@/components/state-badge";
import { Duration, Time } from "@/components/time";
import { percent } from "@/lib/format";
import { SLA } from "@/lib/states";
import type { Dataset, SlaStanding } from "@/lib/types";
import { slaBoardQuery } from "./queries";

/** What was promised of this dataset, and how it was kept. */
export function SlaTab({ data }: { data: Dataset }) {
  const board = useQuery({ ...slaBoardQuery(), enabled: data.slas.length > 0 });
  if (data.slas.length === 0) {
    return (
      <EmptyState title="Nothing is promised of it.">
        A job promises with <code className="font-mono">.complete_by("06:00")</code> when each partition will
        be there.
      </EmptyState>
    );
  }
  if (board.error && !board.data) {
    return (
      <ErrorState
        what="How the promises stand could not be loaded."
        error={board.error}
        retry={board.refetch}
      />
    );
  }
  if (!board.data) return <Loading what="promises" />;
  const mine = board.data.rules.filter(({ rule }) => rule.dataset === data.name);
  return (
    <div className="flex flex-col gap-4">
      {mine.map((standing) => (
        <Rule key={standing.rule.id} standing={standing} />
      ))}
      <p>
        <Link to="/sla" className="text-accent hover:underline">
          All promises
        </Link>
      </p>
    </div>
  );
}

function Rule({ standing }: { standing: SlaStanding }) {
  const { rule, state, current, recent } = standing;
  return (
    <Panel title={rule.rule} aside={<StateBadge sla={state} />}>
      <div className="flex flex-col gap-3">
        {current && (
          <p>
            <span className="font-mono">{current.partition}</span> is due <Time at={current.due_at} />
            {current.completed_at && (
              <>
                , complete <Time at={current.completed_at} />
              </>
            )}
            {current.late_seconds !== null &&
              current.late_seconds !== undefined &&
              current.late_seconds > 0 && (
                <>
                  , <Duration seconds={current.late_seconds} /> late
                </>
              )}
            .
            {current.blocking && (
              <>
                {" "}
                It waits on {current.blocking.dataset}: <Sentence text={current.blocking.text} />.
              </>
            )}
          </p>
        )}
        <ol aria-label="The newest windows, newest first" className="flex flex-wrap gap-1">
          {recent.map((window) => (
            <li key={window.partition} title={`${window.partition}: ${SLA[window.state].label}`}>
              <StateMark look={SLA[window.state]} />
              <span className="sr-only">
                {window.partition}: {SLA[window.state].label}
              </span>
            </li>
          ))}
        </ol>
        <dl className="flex flex-wrap gap-x-8 gap-y-1">
          {standing.months.map((month) => (
            <div key={month.month}>
              <dt className="text-sm text-muted">{month.month}</dt>
              <dd>
                {month.attainment === null || month.attainment === undefined
                  ? "–"
                  : percent(month.attainment)}{" "}
                <span className="text-sm text-muted">
                  {month.met} met, {month.missed} missed
                </span>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Panel>
  );
}
