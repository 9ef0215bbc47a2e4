import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { Button } from "@/components/button";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { SavedViews } from "@/components/saved-views";
import { Loading } from "@/components/skeleton";
import { LookBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { useTopic } from "@/lib/live";
import { useMay } from "@/lib/permissions";
import { ApiError } from "@/lib/problem";
import { useSession } from "@/lib/session";
import { useShortcut } from "@/lib/shortcuts";
import type { AuditEntry } from "@/lib/types";
import { type AuditSearch, filterOf, isFiltered } from "./audit-search";
import { diff, headline, summary } from "./diff";
import { EntryDialog } from "./entry-dialog";
import { AuditExport } from "./export-dialog";
import { FilterBar } from "./filter-bar";
import { Actor, ObjectLink, outcomeLook } from "./outcome";
import { auditQuery, entryQuery } from "./queries";

const columns: Column<AuditEntry>[] = [
  { id: "at", header: "When", width: "12rem", cell: (entry) => <Time at={entry.at} seconds /> },
  { id: "actor", header: "Who", width: "minmax(12.5rem,1fr)", cell: (entry) => <Actor entry={entry} /> },
  {
    id: "action",
    header: "Action",
    width: "minmax(10rem,1fr)",
    cell: ({ action }) => <span className="font-mono text-sm">{action}</span>,
  },
  {
    id: "object",
    header: "Object",
    width: "minmax(12rem,1.2fr)",
    cell: ({ object_kind, object }) => (
      <span>
        <span className="text-muted">{object_kind}</span> <ObjectLink kind={object_kind} object={object} />
      </span>
    ),
  },
  {
    id: "outcome",
    header: "Outcome",
    width: "7rem",
    cell: ({ outcome }) => <LookBadge look={outcomeLook(outcome)} />,
  },
  {
    id: "what",
    header: "Reason or change",
    width: "minmax(12rem,2fr)",
    cell: (entry) => {
      if (entry.reason != null) return <span title={entry.reason}>{entry.reason}</span>;
      const changes = diff(entry.before, entry.after);
      return changes.length === 0 ? (
        <span className="text-muted">–</span>
      ) : (
        <span title={summary(changes)}>{headline(changes)}</span>
      );
    },
  },
];

/** Who did what, and what it changed. */
export function AuditPage() {
  const search = useSearch({ from: "/_app/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const [opened] = useState(() => Date.now());
  const may = useMay("audit.read");
  useTopic(may.allowed ? "audit" : "runs");
  const [exporting, setExporting] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const { actor, action, kind, object, outcome, span, from, to } = search;
  const filter = useMemo(
    () => filterOf({ actor, action, kind, object, outcome, span, from, to }, opened),
    [actor, action, kind, object, outcome, span, from, to, opened],
  );
  const { data, error, refetch, isFetching, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useInfiniteQuery({
      ...auditQuery(filter),
      placeholderData: (old) => old,
    });
  useShortcut("/", "Filter the log", () => first.current?.focus());
  const change = useCallback(
    (part: Partial<AuditSearch>) => {
      navigate({ search: (old) => ({ ...old, ...part, entry: undefined }), replace: true });
    },
    [navigate],
  );
  const clear = () => navigate({ search: {} });
  const open = (id: number | undefined) => navigate({ search: (old) => ({ ...old, entry: id }) });
  if (error instanceof ApiError && error.status === 403) return <NotForYou />;
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const chosen = rows.find((entry) => entry.id === search.entry);
  return (
    <Page
      title="Audit"
      sentence="Every write and every refusal, kept in the order in which it happened; nothing is ever taken out by hand."
      actions={
        <>
          <SavedViews page="/audit" />
          <Button onClick={() => setExporting(true)}>Export…</Button>
        </>
      }
    >
      <section aria-label="Entries" className="rounded border border-line bg-panel">
        <FilterBar search={search} first={first} onChange={change} onClear={clear} />
        <div className="border-t border-line">
          {error ? (
            <div className="p-4">
              <ErrorState what="The log could not be loaded." error={error} retry={() => refetch()} />
            </div>
          ) : data ? (
            <DataTable
              label="Audit log"
              columns={columns}
              rows={rows}
              rowKey={(entry) => String(entry.id)}
              onOpen={(entry) => open(entry.id)}
              href={(entry) => `/audit?entry=${entry.id}`}
              dimmed={isFetching && !isFetchingNextPage}
              more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => fetchNextPage() }}
              empty={<Nothing filtered={isFiltered(search)} onClear={clear} />}
            />
          ) : (
            <div className="px-4">
              <Loading what="the log" />
            </div>
          )}
        </div>
      </section>
      {chosen && <EntryDialog entry={chosen} onClose={() => open(undefined)} />}
      {search.entry !== undefined && data && !chosen && (
        <EntryElsewhere key={search.entry} id={search.entry} onClose={() => open(undefined)} />
      )}
      {exporting && <AuditExport filter={filter} onClose={() => setExporting(false)} />}
    </Page>
  );
}

/** The entry that the address names, where it is not among those that are loaded. */
function EntryElsewhere({ id, onClose }: { id: number; onClose: () => void }) {
  const { data, error } = useQuery(entryQuery(id));
  if (data) return <EntryDialog entry={data} onClose={onClose} />;
  if (error instanceof ApiError && error.status === 404) {
    return (
      <p role="status" className="text-muted">
        There is no entry {id}, or it is about datasets that you may not know of.
      </p>
    );
  }
  return error ? <ErrorState what={`Entry ${id} could not be loaded.`} error={error} /> : null;
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return filtered ? (
    <EmptyState title="No entry fits the filter." action={<Button onClick={onClear}>Clear filters</Button>}>
      Leave out a word, or look at a longer time.
    </EmptyState>
  ) : (
    <EmptyState title="Nothing has been written down yet.">Signing in is the first entry.</EmptyState>
  );
}

function NotForYou() {
  const role = useSession()?.role;
  return (
    <Page title="Audit">
      <EmptyState title="Your role does not include the audit log.">
        {role ? `You are signed in as ${role}. ` : ""}Editors and admins can read it. Ask one for what you
        need to know, or for another role; Settings, Permissions says what each role holds.
      </EmptyState>
    </Page>
  );
}
