import { useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { useEffect, useRef, useState } from "react";
import { Dialog } from "@/components/dialog";
import { bytes, plural } from "@/lib/format";
import { civil, pad } from "@/lib/instants";
import { useZone } from "@/lib/preferences";
import type { LogLine } from "@/lib/types";
import { type LogRow, rowOf } from "./log-rows";
import { LINE_CUT, marked, plainText } from "./log-text";
import { ROW, useLogScroll } from "./use-log-scroll";

interface LogLinesProps {
  rows: readonly LogRow[];
  attempt: number;
  find: string;
  meant: number | null;
  follow: boolean;
  onScrolledUp: () => void;
  onLine: (number: number) => void;
  /** Lines that are not there came into view; `end` says from which side. */
  onHole: (first: number, last: number, end: "top" | "bottom") => void;
}

/** The lines themselves, all of one height, and only those in view. */
export function LogLines(props: LogLinesProps) {
  const { rows, attempt, find, meant, follow } = props;
  const box = useRef<HTMLDivElement>(null);
  const [whole, setWhole] = useState<LogLine | null>(null);
  const zone = useZone();
  const before = useRef(0);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 20,
  });

  const last = rows.length - 1;
  useEffect(() => {
    if (follow && last >= 0) virtualizer.scrollToIndex(last, { align: "end" });
  }, [follow, last, virtualizer]);

  const target = meant === null ? -1 : rowOf(rows, meant);
  const found = rows[target]?.kind === "line";
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per line that is meant, and again when it is there
  useEffect(() => {
    if (target >= 0) virtualizer.scrollToIndex(target, { align: "center" });
  }, [meant, found]);

  // Without a line that is meant, one begins at the end, as in a terminal.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || rows.length === 0) return;
    begun.current = true;
    if (meant === null) virtualizer.scrollToIndex(rows.length - 1, { align: "end" });
  }, [rows.length, meant, virtualizer]);

  const items = virtualizer.getVirtualItems();
  const look = useLogScroll(box, rows, follow, props.onHole);

  return (
    <>
      <div
        ref={box}
        role="group"
        aria-label={`Log of attempt ${attempt}, ${plural(rows.length, "line")}`}
        tabIndex={0}
        onScroll={(event) => {
          // Only a move upwards turns following off; new lines below move nothing up.
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          if (scrollTop < before.current && scrollTop + clientHeight < scrollHeight - 3 * ROW)
            props.onScrolledUp();
          before.current = scrollTop;
          look();
        }}
        className="h-[calc(100vh-17rem)] min-h-80 overflow-auto bg-sunken font-mono text-sm leading-5"
      >
        <div className="relative min-w-full" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <div
                key={item.key}
                className="absolute left-0 h-5 w-max min-w-full whitespace-pre"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {row.kind === "line" ? (
                  <Line
                    line={row.line}
                    find={find}
                    time={clock(row.line.at, zone)}
                    isMeant={row.line.number === meant}
                    onName={() => props.onLine(row.line.number)}
                    onWhole={() => setWhole(row.line)}
                  />
                ) : (
                  <span className="hatch block px-3 text-muted">
                    {row.kind === "gap"
                      ? `${plural(row.last - row.first + 1, "line")} left out: the log was longer than what is kept`
                      : `${plural(row.last - row.first + 1, "line")} not loaded yet…`}
                  </span>
                )}
              </div>
            );
          })}
        </div>
      </div>
      <Dialog
        wide
        open={whole !== null}
        onOpenChange={(open) => !open && setWhole(null)}
        title={`Line ${whole?.number ?? ""} of attempt ${attempt}`}
      >
        <pre className="whitespace-pre-wrap break-all font-mono text-sm">{plainText(whole?.text ?? "")}</pre>
      </Dialog>
    </>
  );
}

interface LineProps {
  line: LogLine;
  find: string;
  time: string;
  isMeant: boolean;
  onName: () => void;
  onWhole: () => void;
}

function Line({ line, find, time, isMeant, onName, onWhole }: LineProps) {
  const text = plainText(line.text);
  const cut = text.length > LINE_CUT;
  return (
    <span className={clsx("flex gap-3 px-3", isMeant ? "bg-chosen" : "hover:bg-hover")}>
      <button
        type="button"
        tabIndex={-1}
        onClick={onName}
        aria-label={`Link to line ${line.number}`}
        aria-current={isMeant || undefined}
        className="w-10 shrink-0 select-none text-right text-muted hover:text-accent hover:underline sm:w-14"
      >
        {line.number}
      </button>
      {/* On a small screen there is room for the text alone. */}
      <span className="shrink-0 select-none text-muted max-sm:hidden">{time}</span>
      <span
        className={clsx(
          "w-12 shrink-0 select-none max-sm:hidden",
          line.source === "stderr" ? "text-warning" : "text-muted",
        )}
      >
        {line.source}
      </span>
      <span>
        {marked(cut ? text.slice(0, LINE_CUT) : text, find).map((piece, index) =>
          piece.hit ? (
            <mark key={index} className="bg-warning-soft text-ink outline outline-1 outline-warning">
              {piece.text}
            </mark>
          ) : (
            <span key={index}>{piece.text}</span>
          ),
        )}
        {cut && (
          <button type="button" onClick={onWhole} className="ml-2 text-accent underline">
            … show all {bytes(text.length)}
          </button>
        )}
      </span>
    </span>
  );
}

/** The time of a line, to the millisecond: two lines of one second are often what one looks for. */
function clock(at: string, zone: string): string {
  const date = new Date(at);
  const { hour, minute, second } = civil(date, zone);
  return `${pad(hour)}:${pad(minute)}:${pad(second)}.${String(date.getUTCMilliseconds()).padStart(3, "0")}`;
}
