import { relativeText, Time } from "@/components/time";
import { Tooltip } from "@/components/tooltip";
import { useNow } from "@/lib/clock";
import { instant } from "@/lib/instants";
import { useZone } from "@/lib/preferences";
import type { Schedule } from "@/lib/types";

/** The next tick, with the four after it in the tooltip; the page of the schedule lists them all. */
export function NextTick({ schedule }: { schedule: Schedule }) {
  const now = useNow();
  const zone = useZone(schedule.zone);
  if (schedule.paused_at != null) return <span className="text-muted">when resumed</span>;
  if (schedule.next_at == null) return <span className="text-muted">never</span>;
  const text = (
    <span className="block text-sm">
      <span className="block text-muted">Next five</span>
      {schedule.next.map((at) => (
        <span key={at} className="block">
          {instant(new Date(at), zone, now)}
        </span>
      ))}
    </span>
  );
  return (
    <Tooltip text={text}>
      <span className="block">
        <time dateTime={schedule.next_at} className="block whitespace-nowrap">
          {instant(new Date(schedule.next_at), zone, now)}
        </time>
        <span className="block text-sm text-muted">{relativeText(new Date(schedule.next_at), now)}</span>
      </span>
    </Tooltip>
  );
}

export function NextTicks({ schedule }: { schedule: Schedule }) {
  if (schedule.paused_at != null) return <p className="text-muted">None while it is paused.</p>;
  if (schedule.next.length === 0) return <p className="text-muted">It does not fall due again.</p>;
  return (
    <ol className="flex flex-col gap-0.5">
      {schedule.next.map((at) => (
        <li key={at} className="flex justify-between gap-4">
          <Time at={at} zone={schedule.zone} />
          <span className="text-muted">
            <Time at={at} zone={schedule.zone} relative />
          </span>
        </li>
      ))}
    </ol>
  );
}
