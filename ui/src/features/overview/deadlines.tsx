import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { Sentence } from "@/components/sentence";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import type { SlaWindow } from "@/lib/types";

export function Deadlines({ items }: { items: SlaWindow[] }) {
  if (items.length === 0) {
    return (
      <EmptyState title="Nothing is due in the next 24 hours.">
        No promise that is past is late, either.
      </EmptyState>
    );
  }
  return (
    <ul className="divide-y divide-line">
      {items.map((item) => (
        <li key={`${item.dataset} ${item.rule} ${item.partition}`} className="flex gap-3 px-4 py-2.5">
          <div className="w-24 shrink-0">
            <StateBadge sla={item.state} />
          </div>
          <div className="min-w-0 grow">
            <Link
              to="/datasets/$name"
              params={{ name: item.dataset }}
              search={{ p: item.partition }}
              className="font-mono text-accent [overflow-wrap:anywhere] hover:underline"
            >
              {item.dataset} <span className="whitespace-nowrap text-muted">{item.partition}</span>
            </Link>
            <p className="text-sm text-muted">{item.rule}</p>
            {item.blocking && (
              <p className="text-sm">
                waits on{" "}
                <Link
                  to="/datasets/$name"
                  params={{ name: item.blocking.dataset }}
                  search={item.blocking.partition ? { p: item.blocking.partition } : {}}
                  className="font-mono text-accent underline"
                >
                  {item.blocking.dataset}
                </Link>
                : <Sentence text={item.blocking.text} />
              </p>
            )}
          </div>
          <div className="shrink-0 text-right">
            <ZoneOf dataset={item.dataset}>
              <Time at={item.due_at} brief />
              <span className="block text-sm text-muted">
                <Time at={item.due_at} relative />
              </span>
            </ZoneOf>
          </div>
        </li>
      ))}
    </ul>
  );
}
