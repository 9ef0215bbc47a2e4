import { useContext } from "react";
import { useNow } from "@/lib/clock";
import { age, duration as durationText } from "@/lib/format";
import { type InstantStyle, instant, localZone } from "@/lib/instants";
import { DatasetZone, useZone } from "@/lib/preferences";
import { Tooltip } from "./tooltip";

interface TimeProps extends InstantStyle {
  /** RFC 3339; nothing gives a dash. */
  at: string | null | undefined;
  /** The zone of the dataset this instant belongs to; else that of the page around. */
  zone?: string | undefined;
  /** Show the age, and the instant in the tooltip. */
  relative?: boolean;
  none?: string;
}

/** An instant, the same way everywhere: in the chosen zone, with all zones and the age in the tooltip. */
export function Time({ at, zone, relative = false, none = "–", ...style }: TimeProps) {
  const now = useNow();
  const shown = useZone(zone);
  const around = useContext(DatasetZone);
  if (!at) return <span className="text-muted">{none}</span>;
  const date = new Date(at);
  const text = instant(date, shown, now, style);
  const ago = relativeText(date, now);
  const zones = [...new Set([zone ?? around, localZone, "UTC"])].filter((one) => one !== undefined);
  const all = (
    <span className="block text-sm">
      {zones.map((one) => (
        <span key={one} className="block">
          {instant(date, one, now, { seconds: true })} <span className="text-muted">{one}</span>
        </span>
      ))}
      <span className="block text-muted">{ago}</span>
    </span>
  );
  return (
    <Tooltip text={all}>
      <time dateTime={at} className="whitespace-nowrap">
        {relative ? ago : text}
      </time>
    </Tooltip>
  );
}

/** `3 m ago`, `in 42 m`, `just now`. */
export function relativeText(at: Date, now: Date): string {
  const seconds = (now.getTime() - at.getTime()) / 1000;
  if (Math.abs(seconds) < 45) return seconds < -5 ? "in a moment" : "just now";
  return seconds < 0 ? `in ${age(-seconds)}` : `${age(seconds)} ago`;
}

/** A number of seconds; nothing gives a dash. */
export function Duration({ seconds, none = "–" }: { seconds: number | null | undefined; none?: string }) {
  if (seconds === null || seconds === undefined) return <span className="text-muted">{none}</span>;
  return <span className="whitespace-nowrap">{durationText(seconds)}</span>;
}

/** How long something has been going on, ticking with the page's clock. */
export function Elapsed({ since }: { since: string | null | undefined }) {
  const now = useNow();
  if (!since) return <span className="text-muted">–</span>;
  return <Duration seconds={Math.max(0, (now.getTime() - new Date(since).getTime()) / 1000)} />;
}
