import { Link } from "@tanstack/react-router";
import { StateMark } from "@/components/state-badge";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { SLA } from "@/lib/states";
import type { SlaStanding } from "@/lib/types";
import { Blocking } from "./blocking";
import { type Columns, marginWords } from "./standing";

const SHOWN = 8;

/** The three lists that somebody on call reads first. */
export function Attention({ columns, now }: { columns: Columns; now: number }) {
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      <Column title="Late or missed" none="Nothing is late." rules={columns.missed} now={now} />
      <Column
        title="Held up before its time"
        none="Nothing that is due holds anything up."
        rules={columns.blocked}
        now={now}
      />
      <Column
        title="Due in the next 12 hours"
        none="Nothing is due in the next 12 hours."
        rules={columns.soon}
        now={now}
      />
    </div>
  );
}

function Column(props: { title: string; none: string; rules: SlaStanding[]; now: number }) {
  const rest = props.rules.length - SHOWN;
  return (
    <section aria-label={props.title} className="min-w-0 rounded border border-line bg-panel">
      <h2 className="flex items-center justify-between border-b border-line px-4 py-2 font-semibold">
        {props.title}
        <span className="text-muted">{props.rules.length}</span>
      </h2>
      {props.rules.length === 0 ? (
        <p className="px-4 py-3 text-muted">{props.none}</p>
      ) : (
        <ul>
          {props.rules.slice(0, SHOWN).map((rule) => (
            <Item key={rule.rule.id} standing={rule} now={props.now} />
          ))}
        </ul>
      )}
      {rest > 0 && (
        <p className="border-t border-line px-4 py-2 text-muted">and {rest} more in the table below</p>
      )}
    </section>
  );
}

function Item({ standing, now }: { standing: SlaStanding; now: number }) {
  const { rule, state, current } = standing;
  if (!current) return null;
  return (
    <li className="flex gap-2 border-b border-line px-4 py-2 last:border-b-0">
      <span className="pt-0.5">
        <StateMark look={SLA[state]} />
      </span>
      <div className="min-w-0 grow">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <Link
            to="/sla"
            search={{ rule: rule.id }}
            className="font-mono text-sm break-all text-accent hover:underline"
          >
            {rule.dataset}
          </Link>
          <span className="whitespace-nowrap font-medium">
            <span className="sr-only">{SLA[state].label}, </span>
            {marginWords(current, now)}
          </span>
        </div>
        <div className="flex flex-wrap justify-between gap-x-3 text-sm text-muted">
          <span className="font-mono">{current.partition}</span>
          <span>
            due{" "}
            <ZoneOf dataset={rule.dataset}>
              <Time at={current.due_at} brief />
            </ZoneOf>
          </span>
        </div>
        {current.blocking && (
          <div className="mt-0.5 text-sm">
            <span className="text-muted">waits for </span>
            <Blocking blocking={current.blocking} />
          </div>
        )}
      </div>
    </li>
  );
}
