import { Link } from "@tanstack/react-router";
import type { Column } from "@/components/data-table";
import { LookBadge, StateBadge } from "@/components/state-badge";
import { StateStrip } from "@/components/state-strip";
import { Time } from "@/components/time";
import { Tooltip } from "@/components/tooltip";
import { countShort } from "@/lib/format";
import { badWords, STANDING } from "@/lib/states";
import type { DatasetRow } from "@/lib/types";

export const COLUMNS: Column<DatasetRow>[] = [
  {
    id: "state",
    header: "State",
    width: "7.25rem",
    sortable: true,
    cell: (row) => <LookBadge look={STANDING[row.worst]} />,
  },
  {
    id: "name",
    header: "Dataset",
    width: "minmax(11rem,1.6fr)",
    sortable: true,
    cell: (row) => (
      <Tooltip text={row.description ?? ""}>
        <Link to="/datasets/$name" params={{ name: row.name }} className="font-mono hover:underline">
          {row.name}
          {row.paused && <span className="ml-2 font-sans text-sm text-warning">paused</span>}
        </Link>
      </Tooltip>
    ),
  },
  {
    id: "strip",
    optional: "shown",
    header: "Newest 30",
    width: "10.5rem",
    cell: (row) => <StateStrip strip={row.strip} name={row.name} />,
  },
  {
    id: "bad",
    optional: "shown",
    header: "Not as it should be",
    width: "minmax(8.5rem,1.2fr)",
    cell: (row) => <Bad row={row} />,
  },
  {
    id: "partitions",
    optional: "shown",
    header: "Partitions",
    width: "7.5rem",
    align: "right",
    cell: (row) => (
      <>
        {countShort(row.partitions)} <span className="text-muted">{row.cut}</span>
      </>
    ),
  },
  {
    id: "published",
    optional: "shown",
    header: "Published",
    width: "6rem",
    sortable: true,
    cell: (row) => <Time at={row.published_at} relative none="never" />,
  },
  {
    id: "sla",
    optional: "shown",
    header: "SLA",
    width: "5.75rem",
    cell: (row) => (row.sla ? <StateBadge sla={row.sla} /> : ""),
  },
  {
    id: "owner",
    optional: "shown",
    header: "Owner",
    width: "5rem",
    cell: (row) => row.owner ?? <span className="text-muted">none</span>,
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

function Bad({ row }: { row: DatasetRow }) {
  const words = badWords(row.counts).join(", ");
  return words ? <span title={words}>{words}</span> : <span className="text-muted">–</span>;
}
