import { Time } from "@/components/time";
import type { Backfill } from "@/lib/types";

/** When it will be over, at the pace of now; to the minute, so that the text does not dance. */
export function FinishTime({ backfill, now }: { backfill: Backfill; now: Date }) {
  if (backfill.paused_at || typeof backfill.seconds_left !== "number") return null;
  const minute = 60_000;
  const at = new Date(Math.ceil((now.getTime() + backfill.seconds_left * 1000) / minute) * minute);
  return (
    <>
      , over by <Time at={at.toISOString()} brief />
    </>
  );
}
