import clsx from "clsx";
import { useNow } from "@/lib/clock";
import { plural } from "@/lib/format";
import { instant } from "@/lib/instants";
import { useZone } from "@/lib/preferences";
import { SLA, TONE } from "@/lib/states";
import type { SlaState, SlaWindow } from "@/lib/types";
import { marginWords } from "./standing";

// A kept promise is low and pale, a broken one tall: the strip reads without colours.
const HEIGHT: Record<SlaState, string> = { met: "h-2", on_track: "h-2", late: "h-5", missed: "h-5" };

const STATES = ["missed", "late", "on_track", "met"] as const;

/** `30 windows: 1 missed, 29 met`: what the strip says to those who do not see it. */
export function stripWords(windows: readonly SlaWindow[]): string {
  const parts = STATES.map(
    (state) => [windows.filter((window) => window.state === state).length, state] as const,
  );
  const said = parts
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${SLA[state].label.toLowerCase()}`);
  return said.length === 0 ? "no windows yet" : `${plural(windows.length, "window")}: ${said.join(", ")}`;
}

/** The latest windows of a promise, oldest at the left. */
export function WindowStrip({ windows, zone }: { windows: readonly SlaWindow[]; zone?: string | undefined }) {
  const now = useNow();
  const shown = useZone(zone);
  if (windows.length === 0) return <span className="text-muted">no windows yet</span>;
  return (
    <span role="img" aria-label={stripWords(windows)} className="inline-flex h-5 items-end gap-px">
      {windows.toReversed().map((window) => (
        <span
          key={`${window.partition} ${window.due_at}`}
          title={`${window.partition}: ${SLA[window.state].label}, ${marginWords(window, now.getTime())}, due ${instant(new Date(window.due_at), shown, now)}`}
          className={clsx("w-1.5 rounded-[1px]", HEIGHT[window.state], TONE[SLA[window.state].tone].bg)}
        />
      ))}
    </span>
  );
}
