import clsx from "clsx";
import { useNow } from "@/lib/clock";
import { instant } from "@/lib/instants";
import { type LiveState, live } from "@/lib/live";
import { useZone } from "@/lib/preferences";
import { useStore } from "@/lib/store";

const DOT: Record<LiveState["kind"], string> = {
  live: "bg-state-fresh border-good",
  paused: "bg-state-late border-warning",
  reconnecting: "bg-state-late border-warning pulse-soft",
  polling: "bg-state-waiting border-accent",
};

/** Whether what the page shows is of now; and if not, since when. */
export function LiveIndicator() {
  const state = useStore(live);
  const now = useNow();
  const zone = useZone();
  const since = state.kind === "live" ? "" : instant(state.since, zone, now, { brief: true, zoneless: true });
  const text: Record<LiveState["kind"], string> = {
    live: "Live",
    paused: `Paused ${since}`,
    reconnecting: `Reconnecting · data from ${since}`,
    polling: "Every 15 s",
  };
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap px-1 text-sm text-muted">
      <span className={clsx("size-2.5 rounded-full border", DOT[state.kind])} aria-hidden="true" />
      <span className="max-md:sr-only">{text[state.kind]}</span>
    </span>
  );
}
