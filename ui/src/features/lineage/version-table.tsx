import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { Count } from "@/components/amount";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { plural } from "@/lib/format";
import type { VersionGraph } from "@/lib/types";
import { type VersionRow, versionRows } from "./versions";

const COLUMNS: readonly Column<VersionRow>[] = [
  {
    id: "hop",
    header: "Distance",
    width: "9rem",
    cell: (row) => (row.hop < 0 ? `${plural(-row.hop, "hop")} up` : `${plural(row.hop, "hop")} down`),
  },
  {
    id: "version",
    header: "Version",
    width: "8rem",
    cell: (row) => (
      <Link
        to="/lineage"
        search={{ materialization: row.link.id }}
        className="font-mono text-accent hover:underline"
      >
        {row.link.id}
      </Link>
    ),
  },
  {
    id: "partition",
    header: "Dataset and partition",
    width: "minmax(14rem,2fr)",
    cell: (row) => (
      <Link
        to="/datasets/$name"
        params={{ name: row.link.dataset }}
        search={{ p: row.link.partition }}
        className="font-mono text-accent hover:underline"
      >
        {row.link.dataset} {row.link.partition}
      </Link>
    ),
  },
  { id: "kind", header: "Kind", width: "6rem", cell: (row) => (row.link.is_source ? "source" : "made") },
  {
    id: "rows",
    header: "Rows",
    width: "7rem",
    align: "right",
    cell: (row) => <Count value={row.link.rows} />,
  },
  {
    id: "at",
    header: "Committed",
    width: "10rem",
    align: "right",
    cell: (row) => (
      <ZoneOf dataset={row.link.dataset}>
        <Time at={row.link.committed_at} />
      </ZoneOf>
    ),
  },
  {
    id: "files",
    header: "Files",
    width: "minmax(10rem,2fr)",
    cell: (row) => (
      <span className="font-mono text-sm text-muted" title={row.link.paths.join("\n")}>
        {row.link.paths[0] ?? "–"}
        {row.link.paths.length > 1 && ` and ${row.link.paths.length - 1} more`}
      </span>
    ),
  },
];

/** The same versions as a table, by distance: what it was made from first. */
export function VersionTable({
  id,
  up,
  down,
}: {
  id: number;
  up: VersionGraph | undefined;
  down: VersionGraph | undefined;
}) {
  const rows = useMemo(() => versionRows(id, up, down), [id, up, down]);
  return (
    <DataTable<VersionRow>
      label="Versions by distance"
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => String(row.link.id)}
      empty={<EmptyState title="It was made from nothing, and nothing is made from it." />}
    />
  );
}
