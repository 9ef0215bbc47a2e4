import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Download, Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/button";
import { useColumns } from "@/components/column-chooser";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { SavedViews } from "@/components/saved-views";
import { Loading } from "@/components/skeleton";
import { plural } from "@/lib/format";
import { useShortcut } from "@/lib/shortcuts";
import { CatalogExport } from "./catalog-export";
import { COLUMNS } from "./columns";
import { Facets } from "./facets";
import { catalogQuery } from "./queries";

const route = getRouteApi("/_app/datasets/");

const SNIPPET = `let job = Transform::new("revenue_daily").reads(&orders, Mapping::Same).partitions(&day);
project.job(job.run(|cx, [orders]| Ok(orders.group_by([col("region")]).agg([col("sum").sum()]))));`;

export function CatalogPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(catalogQuery(search));
  const { data, error } = query;
  const [first] = data?.pages ?? [];
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Boolean(search.q || search.state || search.kind || search.owner || search.tag);
  const clear = () => navigate({ search: (now) => ({ sort: now.sort }) });
  const { shown, chooser } = useColumns("datasets", COLUMNS);
  const [exporting, setExporting] = useState(false);
  return (
    <Page
      title="Datasets"
      sentence={
        first
          ? filtered
            ? `${plural(first.total, "dataset")} match.`
            : `${plural(first.total, "dataset")}, the worst first unless sorted otherwise.`
          : " "
      }
      actions={
        <>
          <SavedViews page="/datasets" />
          {chooser}
          <Button icon={<Download size={14} aria-hidden />} onClick={() => setExporting(true)}>
            CSV…
          </Button>
        </>
      }
    >
      {exporting && <CatalogExport search={search} onClose={() => setExporting(false)} />}
      {error && !data ? (
        <ErrorState what="The datasets could not be loaded." error={error} retry={query.refetch} />
      ) : !first ? (
        <Loading what="datasets" />
      ) : first.total === 0 && !filtered ? (
        <EmptyState title="There is no dataset yet." snippet={SNIPPET}>
          A dataset appears here when a scheduler of a project that declares it has started.
        </EmptyState>
      ) : (
        <div className="flex flex-col gap-4 lg:flex-row lg:items-start">
          <Facets facets={first.facets} search={search} />
          <div className="min-w-0 grow rounded border border-line bg-panel">
            <div className="flex items-center gap-2 border-b border-line p-2">
              <SearchField />
              {filtered && (
                <Button size="small" kind="quiet" onClick={clear}>
                  Clear filters
                </Button>
              )}
            </div>
            <DataTable
              label="Datasets"
              columns={shown}
              rows={rows}
              rowKey={(row) => row.name}
              href={(row) => `/datasets/${encodeURIComponent(row.name)}`}
              onOpen={(row) => navigate({ to: "/datasets/$name", params: { name: row.name } })}
              sort={{ by: search.sort ?? "state", descending: false }}
              onSort={({ by }) => {
                const sort = by === "name" || by === "published" ? by : undefined;
                void navigate({ search: (now) => ({ ...now, sort }) });
              }}
              dimmed={query.isPlaceholderData}
              more={{
                has: query.hasNextPage,
                busy: query.isFetchingNextPage,
                load: () => void query.fetchNextPage(),
              }}
              empty={
                <EmptyState
                  title="No dataset matches."
                  action={<Button onClick={clear}>Clear filters</Button>}
                >
                  None of the datasets has all that was chosen.{" "}
                  <Link to="/datasets" className="underline">
                    Show all
                  </Link>
                </EmptyState>
              }
            />
          </div>
        </div>
      )}
    </Page>
  );
}

/** The filter by name; what is typed goes into the address when the typing stops. */
function SearchField() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(q ?? "");
  useEffect(() => setTyped(q ?? ""), [q]);
  useEffect(() => {
    if (typed === (q ?? "")) return;
    const timer = window.setTimeout(() => {
      void navigate({ search: (now) => ({ ...now, q: typed || undefined }), replace: true });
    }, 200);
    return () => window.clearTimeout(timer);
  }, [typed, q, navigate]);
  useShortcut("/", "Filter by name", () => field.current?.focus());
  return (
    <label className="flex h-8 grow items-center gap-2 rounded border border-line-strong bg-panel px-2 focus-within:outline-2 focus-within:outline-focus">
      <Search size={14} aria-hidden className="text-muted" />
      <span className="sr-only">Filter by name, owner or description</span>
      <input
        ref={field}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          setTyped("");
          event.currentTarget.blur();
        }}
        placeholder="Name, owner or words of the description"
        className="w-full bg-transparent outline-none"
        spellCheck={false}
      />
    </label>
  );
}
