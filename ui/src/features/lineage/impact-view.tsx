import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/components/button";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Select } from "@/components/select";
import { Loading } from "@/components/skeleton";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { plural } from "@/lib/format";
import { saveFile } from "@/lib/save-file";
import { countsText } from "./box-words";
import { indexGraph, matches } from "./graph";
import { type ImpactRow, impactCsv, impactOf } from "./impact";
import type { SetLineage } from "./lineage-page";
import type { LineageSearch } from "./lineage-search";
import { graphQuery } from "./queries";

const COLUMNS: readonly Column<ImpactRow>[] = [
  { id: "hop", header: "Hops", width: "3.5rem", align: "right", cell: (row) => row.hop },
  {
    id: "name",
    header: "Dataset",
    width: "minmax(13rem,2fr)",
    cell: (row) => (
      <Link
        to="/datasets/$name"
        params={{ name: row.name }}
        className="font-mono text-accent hover:underline"
      >
        {row.name}
      </Link>
    ),
  },
  {
    id: "worst",
    header: "Worst state",
    width: "8rem",
    cell: (row) => <StateBadge standing={row.node.worst} />,
  },
  {
    id: "counts",
    header: "Partitions by state",
    width: "minmax(9rem,1.4fr)",
    cell: (row) => countsText(row.node.counts, 3),
  },
  {
    id: "via",
    header: "By way of",
    width: "minmax(9rem,1.4fr)",
    cell: (row) => <span className="font-mono text-muted">{row.via}</span>,
  },
  { id: "owner", header: "Owner", width: "6.5rem", cell: (row) => row.node.owner ?? "–" },
  {
    id: "sla",
    header: "SLA",
    width: "6.5rem",
    cell: (row) => (row.node.sla ? <StateBadge sla={row.node.sla} /> : "–"),
  },
  {
    id: "at",
    header: "Published",
    width: "9rem",
    align: "right",
    cell: (row) => (
      <ZoneOf dataset={row.node.name}>
        <Time at={row.node.published_at} brief />
      </ZoneOf>
    ),
  },
];

const FAR = 50;
const HOPS = ["1", "2", "3", "5", "50"] as const;

/** All that a change of one dataset reaches, or all that can reach it, by distance. */
export function ImpactView({
  focus,
  search,
  set,
}: {
  focus: string;
  search: LineageSearch;
  set: SetLineage;
}) {
  const navigate = useNavigate();
  const way = search.way ?? "down";
  const graph = useQuery(graphQuery({ focus, up: way === "up" ? FAR : 0, down: way === "down" ? FAR : 0 }));
  const all = useMemo(
    () => (graph.data ? impactOf(indexGraph(graph.data), focus, way) : []),
    [graph.data, focus, way],
  );
  const hop = search.hop ?? FAR;
  const rows = useMemo(
    () => all.filter((row) => row.hop <= hop && matches(row.node, search.q ?? "")),
    [all, hop, search.q],
  );
  if (graph.isPending) return <Loading what="the impact list" />;
  if (graph.isError && all.length === 0) {
    return (
      <ErrorState
        what="The impact list could not be loaded."
        error={graph.error}
        retry={() => graph.refetch()}
      />
    );
  }
  return (
    <section aria-label="Impact" className="rounded border border-line bg-panel">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
        <Select
          label="Direction"
          labelled
          value={way}
          options={[
            { value: "down", label: "what is made from it" },
            { value: "up", label: "what it is made from" },
          ]}
          onChange={(next) => set({ way: next === "down" ? undefined : next })}
        />
        <Select
          label="Within"
          labelled
          value={HOPS.find((value) => Number(value) >= hop) ?? "50"}
          options={HOPS.map((value) => ({
            value,
            label: value === "50" ? "any distance" : plural(Number(value), "hop"),
          }))}
          onChange={(value) => set({ hop: value === "50" ? undefined : Number(value) })}
        />
        <span className="text-muted">
          {rows.length === all.length
            ? plural(all.length, "dataset")
            : `${rows.length} of ${plural(all.length, "dataset")}`}
        </span>
        <Button
          size="small"
          className="ml-auto"
          icon={<Download size={14} aria-hidden />}
          disabledReason={rows.length === 0 ? "There is nothing to save." : undefined}
          onClick={() => saveFile(`impact-${focus}-${way}.csv`, "text/csv", impactCsv(rows))}
        >
          Save {plural(rows.length, "row")} as CSV
        </Button>
      </div>
      <DataTable<ImpactRow>
        label={way === "down" ? `Made from ${focus}` : `What ${focus} is made from`}
        columns={COLUMNS}
        rows={rows}
        rowKey={(row) => row.name}
        href={(row) => `/datasets/${encodeURIComponent(row.name)}`}
        onOpen={(row) => navigate({ to: "/datasets/$name", params: { name: row.name } })}
        empty={
          all.length > 0 ? (
            <EmptyState
              title="None matches."
              action={
                <Button onClick={() => set({ hop: undefined, q: undefined })}>Clear the filters</Button>
              }
            />
          ) : (
            <EmptyState title={way === "down" ? "Nothing is made from it." : "It reads nothing."} />
          )
        }
      />
    </section>
  );
}
