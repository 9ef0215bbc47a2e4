import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { type PointerEvent, useRef, useState } from "react";
import { count } from "@/lib/format";
import { instant, interval } from "@/lib/instants";
import { useZone } from "@/lib/preferences";
import { TONE } from "@/lib/states";
import { barsOf, brushed, stripText, totalOf } from "./histogram";
import { histogramQuery } from "./queries";
import type { Span } from "./runs-search";

interface RunStripProps {
  span: Span;
  dataset: string | undefined;
  /** A span that was drawn with the pointer, or nothing: everything again. */
  onBrush: (span: Span | null) => void;
}

/** How runs ended over time. Dragging over it narrows the list; the same can be chosen under "Started". */
export function RunStrip({ span, dataset, onBrush }: RunStripProps) {
  const { data } = useQuery(histogramQuery(span, dataset));
  const zone = useZone();
  const now = new Date();
  const area = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const [hover, setHover] = useState<number | null>(null);
  const bars = data ? barsOf(data) : [];
  const shareOf = (event: PointerEvent): number => {
    const box = area.current?.getBoundingClientRect();
    return box ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
  };
  const left = (at: Date): number =>
    ((at.getTime() - span.from.getTime()) / (span.to.getTime() - span.from.getTime())) * 100;
  const under = hover === null ? undefined : bars[hover];
  const finish = (event: PointerEvent) => {
    const chosen = drag && data ? brushed(span, data.seconds, drag[0], shareOf(event)) : null;
    setDrag(null);
    if (chosen) onBrush(chosen);
  };
  return (
    <figure className="rounded border border-line bg-panel px-3 pb-1.5 pt-2">
      <div
        ref={area}
        role="img"
        aria-label={data ? `Runs over time. ${stripText(data)}` : "Runs over time"}
        className="relative h-14 cursor-crosshair touch-pan-y select-none"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([shareOf(event), shareOf(event)]);
        }}
        onPointerMove={(event) => {
          const share = shareOf(event);
          if (drag) setDrag([drag[0], share]);
          const at = span.from.getTime() + share * (span.to.getTime() - span.from.getTime());
          const index = bars.findIndex((bar) => bar.at.getTime() <= at && at < bar.end.getTime());
          setHover(index < 0 ? null : index);
        }}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
        onPointerLeave={() => setHover(null)}
        onDoubleClick={() => onBrush(null)}
      >
        {bars.map((bar, index) => (
          <span
            key={bar.bucket.at}
            className={clsx(
              "absolute inset-y-0 flex flex-col justify-end sm:px-px",
              index === hover && "bg-hover",
            )}
            style={{ left: `${left(bar.at)}%`, width: `${left(bar.end) - left(bar.at)}%` }}
          >
            <Part share={bar.failed} tone="failed" />
            <Part share={bar.cancelled} tone="off" />
            <Part share={bar.succeeded} tone="fresh" />
          </span>
        ))}
        {drag && (
          <span
            className="absolute inset-y-0 border-x border-accent bg-accent-soft opacity-60"
            style={{
              left: `${Math.min(...drag) * 100}%`,
              width: `${Math.abs(drag[1] - drag[0]) * 100}%`,
            }}
          />
        )}
      </div>
      <figcaption className="flex justify-between gap-4 border-t border-line pt-1 text-sm text-muted">
        <span>{instant(span.from, zone, now)}</span>
        <span aria-hidden="true" className="truncate max-sm:hidden">
          {under && totalOf(under.bucket) > 0
            ? `${interval(under.at, under.end, zone, now)}: ${count(under.bucket.succeeded)} succeeded, ${count(under.bucket.failed)} failed, ${count(under.bucket.cancelled)} cancelled`
            : "Drag to narrow the list to a span"}
        </span>
        <span>{instant(span.to, zone, now)}</span>
      </figcaption>
    </figure>
  );
}

function Part({ share, tone }: { share: number; tone: "failed" | "off" | "fresh" }) {
  if (share <= 0) return null;
  return <span className={clsx("block min-h-px", TONE[tone].bg)} style={{ height: `${share * 100}%` }} />;
}
