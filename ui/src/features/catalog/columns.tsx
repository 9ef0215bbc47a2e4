import { Link } from "@tanstack/react-router";
import type { Column } from "@/components/data-table";
import { LookBadge, StateBadge, StateMark } from "@/components/state-badge";
import { StateStrip } from "@/components/state-strip";
import { Time } from "@/components/time";
import { Tooltip } from "@/components/tooltip";
import { countShort } from "@/lib/format";
import { badWords, isWell, STANDING, STANDINGS } from "@/lib/states";
import type { DatasetRow } from "@/lib/types";

export const COLUMNS: Column<DatasetRow>[] = [
  {
    id: "state",
    header: "State",
    width: "8.5rem",
    sortable: true,
    cell: (row) => <LookBadge look={STANDING[row.worst]} />,
  },
  {
    id: "name",
    header: "Dataset",
    width: "minmax(13rem,1.6fr)",
    sortable: true,
    cell: (row) => (
      <Tooltip text={row.description ?? ""}>
        <Link
          to="/datasets/$name"
          params={{ name: row.name }}
          className="font-mono text-accent hover:underline"
        >
          {row.name}
          {row.paused && <span className="ml-2 font-sans text-sm text-warning">paused</span>}
        </Link>
      </Tooltip>
    ),
  },
  {
    id: "strip",
    yields: 2,
    optional: "shown",
    header: "Newest 30",
    width: "10.5rem",
    cell: (row) => <StateStrip strip={row.strip} name={row.name} />,
  },
  {
    id: "bad",
    yields: 1,
    optional: "shown",
    header: "Not fresh",
    width: "minmax(7rem,1.2fr)",
    cell: (row) => <Bad row={row} />,
  },
  {
    id: "partitions",
    yields: 3,
    optional: "shown",
    header: "Partitions",
    width: "7.5rem",
    align: "right",
    cell: (row) => (
      <>
        {countShort(row.partitions)}{" "}
        <span className="text-muted" title={row.cut}>
          {/* The zone is said on the page of the dataset. */}
          {row.cut.replace(/ in \S+$/, "")}
        </span>
      </>
    ),
  },
  {
    id: "published",
    yields: 4,
    optional: "shown",
    header: "Published",
    width: "6rem",
    sortable: true,
    cell: (row) => <Time at={row.published_at} zone={row.zone} relative none="never" />,
  },
  {
    id: "sla",
    optional: "shown",
    header: "SLA",
    width: "6.25rem",
    cell: (row) => (row.sla ? <StateBadge sla={row.sla} /> : ""),
  },
  {
    id: "owner",
    yields: 5,
    optional: "shown",
    header: "Owner",
    width: "minmax(5rem,0.7fr)",
    cell: (row) =>
      row.owner ? <span title={row.owner}>{row.owner}</span> : <span className="text-muted">none</span>,
  },
  { id: "kind", header: "Kind", width: "6.5rem", optional: "hidden", cell: (row) => row.kind },
  {
    id: "tags",
    header: "Tags",
    width: "minmax(7rem,1fr)",
    optional: "hidden",
    cell: (row) => <span title={row.tags.join(", ")}>{row.tags.join(", ")}</span>,
  },
  {
    id: "automation",
    header: "Made",
    width: "6.5rem",
    optional: "hidden",
    cell: (row) => row.automation ?? <span className="text-muted">outside</span>,
  },
  {
    id: "about",
    header: "Description",
    width: "minmax(14rem,2fr)",
    optional: "hidden",
    cell: (row) => <span title={row.description ?? ""}>{row.description}</span>,
  },
];

/** How many stand where, of those that are not well, the worst first. */
function Bad({ row }: { row: DatasetRow }) {
  const bad = STANDINGS.filter((standing) => !isWell(standing) && 0 < (row.counts[standing] ?? 0));
  if (bad.length === 0) return <span className="text-muted">–</span>;
  return (
    <span className="inline-flex items-center gap-2.5" title={badWords(row.counts).join(", ")}>
      {bad.map((standing) => (
        <span key={standing} className="inline-flex items-center gap-1">
          <StateMark look={STANDING[standing]} />
          {countShort(row.counts[standing] ?? 0)}
          <span className="sr-only">{STANDING[standing].label.toLowerCase()}</span>
        </span>
      ))}
    </span>
  );
}
