import clsx from "clsx";
import { Tooltip } from "@/components/tooltip";
import { useNow } from "@/lib/clock";
import { instant } from "@/lib/instants";
import { type LiveState, live, togglePause } from "@/lib/live";
import { useZone } from "@/lib/preferences";
import { useShortcut } from "@/lib/shortcuts";
import { useStore } from "@/lib/store";

const DOT: Record<LiveState["kind"], string> = {
  live: "bg-state-fresh border-good",
  connecting: "bg-state-waiting border-accent",
  paused: "bg-state-late border-warning",
  reconnecting: "bg-state-late border-warning pulse-soft",
  polling: "bg-state-waiting border-accent",
};

const ABOUT: Record<LiveState["kind"], string> = {
  live: "What you see changes as it happens. Press to pause.",
  connecting: "The connection for news is being made.",
  paused: "Nothing on the page changes by itself. Press to go on.",
  reconnecting: "The connection for news was lost and is being made again.",
  polling: "There is no connection for news; the server is asked every 15 seconds instead.",
};

/** Whether what the page shows is of now; and if not, since when. Pressing it pauses. */
export function LiveIndicator() {
  const state = useStore(live);
  const now = useNow();
  const zone = useZone();
  useShortcut(".", "Pause or go on with live updates", togglePause, { group: "Everywhere" });
  const since = state.kind === "live" ? "" : instant(state.since, zone, now, { brief: true, zoneless: true });
  const text: Record<LiveState["kind"], string> = {
    live: "Live",
    connecting: "Connecting…",
    paused: `Paused since ${since}`,
    reconnecting: `Reconnecting… data from ${since}`,
    polling: `Every 15 s, no stream since ${since}`,
  };
  return (
    <Tooltip text={ABOUT[state.kind]}>
      <button
        type="button"
        onClick={togglePause}
        className="inline-flex h-8 items-center gap-1.5 whitespace-nowrap rounded px-1.5 text-sm text-muted hover:bg-hover hover:text-ink"
      >
        <span className={clsx("size-2.5 rounded-full border", DOT[state.kind])} aria-hidden="true" />
        <span className="max-md:sr-only">{text[state.kind]}</span>
      </button>
    </Tooltip>
  );
}
