import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import clsx from "clsx";
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { Kbd } from "@/components/kbd";
import { StateMark } from "@/components/state-badge";
import { api, unwrap } from "@/lib/api";
import { ApiError } from "@/lib/problem";
import { shortcuts } from "@/lib/shortcuts";
import { STANDING } from "@/lib/states";
import { useStore } from "@/lib/store";
import { VIEW_PAGES, views } from "@/lib/views";
import { AREAS } from "./areas";
import { type Entry, entriesFor, type Numbered, numberIn } from "./palette-entries";

interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What was typed before this part of the program was there. */
  start: string;
}

/** Jumps to any dataset, run, backfill or page, and does what keys do. */
export function Palette({ open, onOpenChange, start }: PaletteProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed left-1/2 top-[12vh] z-40 flex max-h-[70vh] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-lg border border-line-strong bg-raised shadow-xl"
        >
          <Radix.Title className="sr-only">Search and go</Radix.Title>
          <Search start={start} onClose={() => onOpenChange(false)} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Search({ start, onClose }: { start: string; onClose: () => void }) {
  const [typed, setTyped] = useState(start);
  const [at, setAt] = useState(0);
  const q = useDeferredValue(typed.trim());
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const actions = useStore(shortcuts);
  const found = useQuery({
    queryKey: ["datasets", "palette", q],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/datasets", { params: { query: { limit: 12, ...(q && { q }) } }, signal })),
    placeholderData: (before) => before,
  });
  const saved = useStore(views);
  const absent = useAbsent(q);
  const entries = entriesFor(q, {
    absent,
    areas: AREAS,
    datasets: found.data?.items ?? [],
    shortcuts: actions,
    views: saved,
  });
  const current = Math.min(at, Math.max(0, entries.length - 1));

  useEffect(() => {
    list.current?.querySelector(`[data-at="${current}"]`)?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    if (entry.kind === "page") void navigate({ to: entry.to });
    else if (entry.kind === "view") void navigate({ href: entry.view.page + entry.view.search });
    else if (entry.kind === "dataset")
      void navigate({ to: "/datasets/$name", params: { name: entry.row.name } });
    else if (entry.kind === "run") void navigate({ to: "/runs/$id", params: { id: entry.id } });
    else if (entry.kind === "backfill") void navigate({ to: "/backfills/$id", params: { id: entry.id } });
    // After the dialog has given the focus back.
    else requestAnimationFrame(() => entry.shortcut.run?.(new KeyboardEvent("keydown")));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(current + 1, entries.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(current - 1, 0));
    else if (event.key === "Enter") choose(entries[current]);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        // Before the dialog looks for what to focus: it would select what was typed already.
        // biome-ignore lint/a11y/noAutofocus: it is what the dialog was opened for
        autoFocus
        role="combobox"
        aria-label="Dataset, run number, backfill number, page or action"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={entries.length > 0 ? `${id}-${current}` : undefined}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        placeholder="Dataset, run or backfill number, page, action"
        spellCheck={false}
        autoComplete="off"
        className="h-12 w-full shrink-0 border-b border-line bg-transparent px-4 text-lg outline-none"
      />
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Results" className="overflow-y-auto p-1.5">
        {entries.map((entry, index) => (
          <div
            key={entry.key}
            id={`${id}-${index}`}
            data-at={index}
            role="option"
            aria-selected={index === current}
            tabIndex={-1}
            onPointerMove={() => setAt(index)}
            onClick={() => choose(entry)}
            className={clsx(
              "flex h-9 cursor-default items-center gap-2 rounded px-2.5",
              index === current && "bg-chosen",
            )}
          >
            <Words entry={entry} />
          </div>
        ))}
        {entries.length === 0 && <p className="px-3 py-6 text-center text-muted">Nothing is called that.</p>}
      </div>
    </>
  );
}

/** Which of the two that a number may mean are known not to be there. */
function useAbsent(q: string): readonly Numbered[] {
  const number = numberIn(q);
  const id = Number(number?.id);
  const run = useQuery({
    queryKey: ["runs", "palette", id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs/{id}", { params: { path: { id } }, signal })),
    enabled: number?.may.includes("run") ?? false,
  });
  const backfill = useQuery({
    queryKey: ["backfills", "palette", id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/backfills/{id}", { params: { path: { id } }, signal })),
    enabled: number?.may.includes("backfill") ?? false,
  });
  const gone = (error: unknown) => error instanceof ApiError && error.status === 404;
  return [
    ...(gone(run.error) ? ["run" as const] : []),
    ...(gone(backfill.error) ? ["backfill" as const] : []),
  ];
}

function Words({ entry }: { entry: Entry }) {
  switch (entry.kind) {
    case "page":
      return <Line kind="Page">{entry.label}</Line>;
    case "view":
      return <Line kind={`View of ${VIEW_PAGES[entry.view.page]}`}>{entry.view.name}</Line>;
    case "run":
      return <Line kind="Run">{entry.id}</Line>;
    case "backfill":
      return <Line kind="Backfill">{entry.id}</Line>;
    case "dataset":
      return (
        <Line kind="Dataset">
          <span className="inline-flex items-center gap-2">
            <StateMark look={STANDING[entry.row.worst]} />
            <span className="font-mono">{entry.row.name}</span>
            <span className="sr-only">{STANDING[entry.row.worst].label}</span>
          </span>
        </Line>
      );
    case "action":
      return (
        <Line kind={<Kbd keys={entry.shortcut.keys} />}>
          <span>{entry.shortcut.label}</span>
        </Line>
      );
  }
}

function Line({ kind, children }: { kind: React.ReactNode; children: React.ReactNode }) {
  return (
    <>
      <span className="min-w-0 grow truncate">{children}</span>
      <span className="shrink-0 text-sm text-muted">{kind}</span>
    </>
  );
}
