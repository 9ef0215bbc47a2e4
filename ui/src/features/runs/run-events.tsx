import { Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { Time } from "@/components/time";
import type { Run } from "@/lib/types";

/** What happened to a run, the newest first. */
export function RunEvents({ run }: { run: Run }) {
  const events = [...run.events].reverse();
  return (
    <Panel title="Events" flush>
      {events.length === 0 ? (
        <p className="px-4 py-3 text-muted">Nothing is recorded.</p>
      ) : (
        <ol className="divide-y divide-line">
          {events.map((event, index) => (
            <li
              key={`${event.at} ${index}`}
              className="grid gap-x-4 px-4 py-1.5 sm:grid-cols-[12rem_minmax(0,1fr)]"
            >
              <span className="text-muted">
                <Time at={event.at} seconds />
              </span>
              <span className="break-words">
                <Sentence text={event.text} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
