import type { ReactNode } from "react";
import { Time } from "@/components/time";
import type { SessionRow } from "@/lib/types";

/** Sessions of one person; `action` gives each its button. */
export function SessionList({
  sessions,
  action,
}: {
  sessions: readonly SessionRow[];
  action?: (session: SessionRow) => ReactNode;
}) {
  return (
    <ul>
      {sessions.map((session) => (
        <li
          key={session.id}
          className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-b-0"
        >
          <div className="min-w-0">
            <p>
              {session.agent}
              {session.current && <span className="ml-2 font-medium text-good">this one</span>}
            </p>
            <p className="text-sm text-muted">
              <span className="font-mono">{session.address}</span>, seen{" "}
              <Time at={session.seen_at} relative />, since <Time at={session.created_at} />, ends{" "}
              <Time at={session.expires_at} />
            </p>
          </div>
          {action?.(session)}
        </li>
      ))}
    </ul>
  );
}
