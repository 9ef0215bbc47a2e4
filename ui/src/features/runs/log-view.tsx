import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useDebounced } from "@/components/dataset-input";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Sentence } from "@/components/sentence";
import { Loading } from "@/components/skeleton";
import { count } from "@/lib/format";
import { useShortcut } from "@/lib/shortcuts";
import type { Run } from "@/lib/types";
import { LogBar } from "./log-bar";
import { LogLines } from "./log-lines";
import { rowOf, rowsOf } from "./log-rows";
import { lineName, nextHit, readLineName } from "./log-text";
import { fetchLog, isLive } from "./queries";
import { useLog } from "./use-log";

const route = getRouteApi("/_app/runs/$id");
const HITS_MAX = 1000;

/** What one attempt said. The address holds the attempt, the line that is meant, and what is looked for. */
export function LogView({ run }: { run: Run }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (change: Partial<typeof search>) =>
    navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const meant = readLineName(search.line);
  const latest = run.attempts.at(-1);
  const chosen = meant?.attempt ?? search.attempt ?? latest?.number ?? 1;
  const attempt = run.attempts.find((each) => each.number === chosen);
  const live = isLive(run) && chosen === (latest?.number ?? 1);
  // Where it begins is decided once; that the total grows does not move it.
  const [around, setAround] = useState(meant?.number ?? null);
  const log = useLog(run.id, chosen, attempt?.log_lines ?? null, around, live);
  const rows = useMemo(
    () => rowsOf(log.book, chosen, attempt?.log_lines ?? null),
    [log.book, chosen, attempt?.log_lines],
  );
  const follow = live && !search.still && !search.line;

  const find = useDebounced(search.find ?? "", 250);
  const found = useQuery({
    queryKey: ["logs", run.id, chosen, find],
    queryFn: ({ signal }) => fetchLog(run.id, { attempt: chosen, q: find, limit: HITS_MAX }, signal),
    enabled: find.trim() !== "",
    select: (page) => ({ numbers: page.lines.map((line) => line.number), more: Boolean(page.next) }),
  });
  const hits = find.trim() === "" ? [] : (found.data?.numbers ?? []);
  const goTo = (number: number) => {
    const name = lineName({ attempt: chosen, number });
    setAround(number);
    if (rows[rowOf(rows, number)]?.kind !== "line")
      void log.load({ attempt: chosen, number: Math.max(0, number - 500) });
    set({ line: name, still: true });
  };
  const step = (forward: boolean) => {
    const from = meant?.number ?? (forward ? 0 : Number.POSITIVE_INFINITY);
    const next = nextHit(hits, from, forward);
    if (next !== null) goTo(next);
  };
  const field = useRef<HTMLInputElement>(null);
  useShortcut("/", "Find in the log", () => field.current?.focus());
  useShortcut("n", "Next place that was found", () => step(true));
  useShortcut("N", "Place before", () => step(false));
  useShortcut(
    "f",
    "Follow the end, or stop",
    () => set({ still: follow ? true : undefined, line: undefined }),
    { enabled: live },
  );
  useShortcut("a", "Next attempt", () => {
    const index = run.attempts.findIndex((each) => each.number === chosen);
    const next = run.attempts[(index + 1) % run.attempts.length];
    if (next) set({ attempt: next.number, line: undefined });
  });
  useEffect(() => {
    if (!search.line) setAround(null);
  }, [search.line]);

  if (run.attempts.length === 0) {
    return (
      <EmptyState title="Nothing written yet.">
        The log begins when a worker starts the first attempt. <Sentence text={run.waits?.text ?? ""} />
      </EmptyState>
    );
  }
  return (
    <section aria-label="Log" className="rounded border border-line bg-panel">
      <LogBar
        run={run}
        attempt={chosen}
        onAttempt={(number) =>
          set({ attempt: number === latest?.number ? undefined : number, line: undefined })
        }
        find={search.find ?? ""}
        onFind={(text) => set({ find: text || undefined })}
        field={field}
        onStep={step}
        hits={
          find.trim() === ""
            ? null
            : found.isFetching
              ? "searching…"
              : `${count(hits.length)}${found.data?.more ? " or more" : ""} ${hits.length === 1 ? "line" : "lines"}`
        }
        live={live}
        follow={follow}
        onFollow={(on) => set({ still: on ? undefined : true, line: undefined })}
      />
      {log.error ? (
        <div className="p-4">
          <ErrorState
            what="The log could not be loaded. The run is not affected."
            error={log.error}
            retry={log.retry}
          />
        </div>
      ) : log.isFirst && rows.every((row) => row.kind !== "line") ? (
        <div className="h-[60vh] px-4 py-2">
          <Loading what="the log" />
        </div>
      ) : rows.length === 0 ? (
        <EmptyState title={live ? "Nothing written yet." : "This attempt wrote nothing."}>
          {live ? (
            "Lines appear here as they are written."
          ) : attempt?.error ? (
            <>
              The job printed nothing before it failed:{" "}
              <span className="break-words font-mono text-sm text-ink">{attempt.error}</span>
              {attempt.error_code && ` (${attempt.error_code})`}
            </>
          ) : (
            "The job printed nothing, or retention has removed its log."
          )}
        </EmptyState>
      ) : (
        <LogLines
          rows={rows}
          attempt={chosen}
          find={find}
          meant={meant?.number ?? null}
          follow={follow}
          onScrolledUp={() => follow && set({ still: true })}
          onLine={(number) =>
            set({ line: lineName({ attempt: chosen, number }), still: live ? true : undefined })
          }
          onHole={(first, last, end) =>
            log.load({
              attempt: chosen,
              number: end === "bottom" ? Math.max(first - 1, last - 1000) : first - 1,
            })
          }
        />
      )}
    </section>
  );
}
