import { useCallback, useEffect, useRef, useState } from "react";
import { basePath } from "@/lib/api";
import { isRecord } from "@/lib/problem";
import type { LogLine } from "@/lib/types";
import { addLines, EMPTY_BOOK, endAttempt, type LogBook, type LogPlace } from "./log-book";
import { fetchLog } from "./queries";

/** So many lines are asked for at once. */
export const LOG_PAGE = 1000;

export interface LogState {
  book: LogBook;
  error: Error | null;
  /** The first answer is not there yet. */
  isFirst: boolean;
  /** Loads the lines that follow on a place. */
  load: (after: LogPlace) => Promise<void>;
  retry: () => void;
}

/**
 * The lines of one attempt. It begins at its end, or around a line that is meant; more is loaded when it is
 * looked at. While the run lives and this is open, a stream of its own brings what is said.
 */
export function useLog(
  run: number,
  attempt: number,
  total: number | null,
  around: number | null,
  live: boolean,
): LogState {
  const [book, setBook] = useState<LogBook>(EMPTY_BOOK);
  const [error, setError] = useState<Error | null>(null);
  const [isFirst, setFirst] = useState(true);
  const [turn, setTurn] = useState(0);
  const asked = useRef(new Set<string>());
  const start = useRef(0);
  start.current = Math.max(0, around === null ? (total ?? 0) - LOG_PAGE : around - LOG_PAGE / 2);

  const load = useCallback(
    async (after: LogPlace) => {
      const name = `${after.attempt}:${after.number}`;
      if (asked.current.has(name)) return;
      asked.current.add(name);
      try {
        const page = await fetchLog(run, { attempt: after.attempt, after: name, limit: LOG_PAGE });
        setBook((held) => {
          const next = addLines(held, page.lines, after);
          return page.next || !page.ended ? next : endAttempt(next, after.attempt);
        });
        setError(null);
        setFirst(false);
      } catch (fault) {
        setError(fault instanceof Error ? fault : new Error(String(fault)));
      }
      asked.current.delete(name);
    },
    [run],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks for the same again
  useEffect(() => {
    void load({ attempt, number: start.current });
  }, [load, attempt, turn]);

  useEffect(() => {
    if (!live) return;
    let last: LogPlace = { attempt, number: start.current };
    const source = new EventSource(
      `${basePath}/api/v1/runs/${run}/logs/follow?after=${last.attempt}:${last.number}`,
    );
    source.addEventListener("lines", (event: MessageEvent<unknown>) => {
      const lines = readLines(event.data);
      const after = last;
      last = lines.at(-1) ?? last;
      setBook((held) => addLines(held, lines, after));
      setFirst(false);
    });
    source.addEventListener("end", () => source.close());
    return () => source.close();
  }, [run, attempt, live]);

  return { book, error, isFirst, load, retry: () => setTurn((now) => now + 1) };
}

function readLines(data: unknown): LogLine[] {
  const parsed: unknown = typeof data === "string" ? JSON.parse(data) : null;
  return Array.isArray(parsed) ? parsed.filter(isLogLine) : [];
}

function isLogLine(value: unknown): value is LogLine {
  return (
    isRecord(value) &&
    typeof value.attempt === "number" &&
    typeof value.number === "number" &&
    typeof value.text === "string"
  );
}

/** All lines of an attempt, one page after the other, for a file. */
export async function wholeLog(
  run: number,
  attempt: number,
  told: (lines: number) => void,
): Promise<LogLine[]> {
  const all: LogLine[] = [];
  let after: string | null = `${attempt}:0`;
  while (after !== null) {
    const page = await fetchLog(run, { attempt, after, limit: LOG_PAGE });
    all.push(...page.lines);
    told(all.length);
    const last: LogLine | undefined = page.lines.at(-1);
    after = page.next && last ? page.next : null;
  }
  return all;
}
