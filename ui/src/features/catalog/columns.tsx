import { Link } from "@tanstack/react-router";
import type { Column } from "@/components/data-table";
import { LookBadge, StateBadge } from "@/components/state-badge";
import { StateStrip } from "@/components/state-strip";
import { Time } from "@/components/time";
import { Tooltip } from "@/components/tooltip";
import { count, countShort } from "@/lib/format";
import { STANDING, STANDINGS } from "@/lib/states";
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
    header: "Newest 30",
    width: "10.5rem",
    cell: (row) => <StateStrip strip={row.strip} name={row.name} />,
  },
  {
    id: "bad",
    header: "Not as it should be",
    width: "minmax(8.5rem,1.2fr)",
    cell: (row) => <Bad row={row} />,
  },
  {
    id: "partitions",
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
    header: "Published",
    width: "6rem",
    sortable: true,
    cell: (row) => <Time at={row.published_at} relative none="never" />,
  },
  {
    id: "sla",
    header: "SLA",
    width: "5.75rem",
    cell: (row) => (row.sla ? <StateBadge sla={row.sla} /> : ""),
  },
  {
    id: "owner",
    header: "Owner",
    width: "5rem",
    cell: (row) => row.owner ?? <span className="text-muted">none</span>,
  },
];

function Bad({ row }: { row: DatasetRow }) {
  const bad = STANDINGS.filter(
    (standing) => standing !== "fresh" && standing !== "present" && 0 < (row.counts[standing] ?? 0),
  );
  if (bad.length === 0) return <span className="text-muted">–</span>;
  const words = bad.map(
    (standing) => `${count(row.counts[standing] ?? 0)} ${STANDING[standing].label.toLowerCase()}`,
  );
  return <span title={words.join(", ")}>{words.join(", ")}</span>;
}
