import clsx from "clsx";
import { Tooltip } from "@/components/tooltip";
import { useNow } from "@/lib/clock";
import { duration } from "@/lib/format";
import { instant } from "@/lib/instants";
import { useZone } from "@/lib/preferences";
import { ATTEMPT, TONE } from "@/lib/states";
import type { Run } from "@/lib/types";
import { timelineOf } from "./lanes";

/** One lane for each attempt: hatched while it waited, coloured while it ran. */
export function AttemptTimeline({ run }: { run: Run }) {
  const now = useNow();
  const zone = useZone();
  const timeline = timelineOf(run, now);
  const percent = (share: number): string => `${share * 100}%`;
  return (
    <div className="flex flex-col gap-1.5 px-4 py-3">
      {timeline.lanes.map((lane) => {
        const look = ATTEMPT[lane.attempt.state];
        return (
          <div key={lane.attempt.number} className="flex items-center gap-3">
            <span className="w-20 shrink-0 text-sm text-muted">Attempt {lane.attempt.number}</span>
            <span className="relative h-5 grow rounded-sm bg-sunken">
              <span
                className="hatch absolute inset-y-1.5 rounded-sm"
                style={{ left: percent(lane.waitStart), width: percent(lane.waitWidth) }}
              />
              <Tooltip
                text={`${look.label}: waited ${duration(lane.waitSeconds)}, ran ${duration(lane.runSeconds)}`}
              >
                <span
                  className={clsx("absolute inset-y-0 min-w-1 rounded-sm", TONE[look.tone].bg)}
                  style={{ left: percent(lane.start), width: percent(lane.width) }}
                />
              </Tooltip>
            </span>
            <span className="w-56 shrink-0 whitespace-nowrap text-sm max-sm:hidden">
              waited {duration(lane.waitSeconds)}, ran {duration(lane.runSeconds)}
            </span>
          </div>
        );
      })}
      {timeline.waiting && (
        <div className="flex items-center gap-3">
          <span className="w-20 shrink-0 text-sm text-muted">Now</span>
          <span className="relative h-5 grow rounded-sm bg-sunken">
            <span
              className="hatch absolute inset-y-1.5 rounded-sm"
              style={{ left: percent(timeline.waiting.start), width: percent(timeline.waiting.width) }}
            />
          </span>
          <span className="w-56 shrink-0 whitespace-nowrap text-sm max-sm:hidden">
            waiting {duration(timeline.waiting.seconds)}
          </span>
        </div>
      )}
      <div className="flex justify-between pl-[5.75rem] sm:pr-[14.75rem] text-sm text-muted">
        <span>{instant(timeline.from, zone, now, { seconds: true })}</span>
        <span>{instant(timeline.to, zone, now, { seconds: true })}</span>
      </div>
    </div>
  );
}
