import { Count } from "@/components/amount";
import { DataTable } from "@/components/data-table";
import { percent } from "@/lib/format";
import type { ColumnProfile } from "@/lib/types";
import { Value } from "./preview-tab";

export function ProfileTable({ profile, rows }: { profile: ColumnProfile[]; rows: number | null }) {
  return (
    <DataTable
      label="What the columns hold"
      rows={profile}
      rowKey={(column) => column.name}
      columns={[
        {
          id: "name",
          header: "Column",
          width: "minmax(9rem,1.5fr)",
          cell: (column) => <span className="font-mono">{column.name}</span>,
        },
        {
          id: "type",
          header: "Type",
          width: "minmax(6rem,1fr)",
          cell: (column) => <span className="font-mono text-muted">{column.type}</span>,
        },
        {
          id: "nulls",
          header: "Nulls",
          width: "8rem",
          align: "right",
          cell: ({ nulls }) => (
            <>
              <Count value={nulls} />
              {rows && nulls ? <span className="text-muted"> {percent(nulls / rows)}</span> : null}
            </>
          ),
        },
        {
          id: "distinct",
          header: "Distinct",
          width: "6rem",
          align: "right",
          cell: (column) => <Count value={column.distinct} />,
        },
        {
          id: "min",
          header: "Least",
          width: "minmax(7rem,1fr)",
          cell: (column) => (
            <span className="font-mono">
              <Value value={column.min} masked={column.masked} />
            </span>
          ),
        },
        {
          id: "max",
          header: "Greatest",
          width: "minmax(7rem,1fr)",
          cell: (column) => (
            <span className="font-mono">
              <Value value={column.max} masked={column.masked} />
            </span>
          ),
        },
        {
          id: "mean",
          header: "Mean",
          width: "7rem",
          align: "right",
          cell: ({ mean }) => (mean === null || mean === undefined ? "" : mean.toLocaleString("en-US")),
        },
      ]}
    />
  );
}
