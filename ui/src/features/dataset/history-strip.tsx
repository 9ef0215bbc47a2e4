import { useEffect, useRef, useState } from "react";
import { label } from "@/lib/axis";
import { EMPTY, type Grid, worstBuckets } from "@/lib/health";
import { STANDING, TONE } from "@/lib/states";

interface HistoryStripProps {
  grid: Grid;
  series: number;
  onPick: (ordinal: number) => void;
}

const HEIGHT = 14;

/** The whole history in one line, the worst state below each pixel; a click goes there. */
export function HistoryStrip({ grid, series, onPick }: HistoryStripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const { axis } = grid.health;
  const cells = grid.series[series]?.cells.length ?? 0;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const draw = () => {
      const element = canvas.current;
      const cx = element?.getContext("2d");
      if (!element || !cx || width === 0) return;
      element.width = width;
      element.height = HEIGHT;
      const style = getComputedStyle(document.documentElement);
      const colors = grid.states.map((standing) =>
        style.getPropertyValue(TONE[STANDING[standing].tone].fill),
      );
      const buckets = worstBuckets(grid, series, Math.min(width, Math.max(1, cells)));
      const each = width / buckets.length;
      buckets.forEach((state, at) => {
        const color = colors[state];
        if (state === EMPTY || !color) return;
        cx.fillStyle = color;
        cx.fillRect(
          Math.floor(at * each),
          0,
          Math.max(1, Math.ceil((at + 1) * each) - Math.floor(at * each)),
          HEIGHT,
        );
      });
    };
    draw();
    window.addEventListener("tidemill:theme", draw);
    return () => window.removeEventListener("tidemill:theme", draw);
  }, [grid, series, width, cells]);
  // What it does can be done in the grid by keyboard (Ctrl Home, Page Down, n); this is for the pointer.
  return (
    <div aria-hidden="true" className="mb-2 flex items-center gap-2 text-xs text-muted">
      <span className="whitespace-nowrap">{dayOf(label(axis, axis.first))}</span>
      <canvas
        ref={canvas}
        title="The whole history: click to go there"
        className="h-3.5 min-w-0 grow cursor-pointer rounded-sm border border-line"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - box.left) / box.width;
          const at = Math.min(cells - 1, Math.max(0, Math.floor(share * cells)));
          onPick((grid.series[series]?.first ?? axis.first) + at * grid.width);
        }}
      />
      <span className="whitespace-nowrap">{dayOf(label(axis, Math.max(axis.first, axis.end - 1)))}</span>
    </div>
  );
}

/** The day is enough at the ends of years. */
function dayOf(text: string): string {
  return text.slice(0, 10);
}
