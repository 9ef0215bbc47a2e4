import { Link } from "@tanstack/react-router";
import { Count } from "@/components/amount";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Panel } from "@/components/page";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import type { SourceFile } from "./versions";

const COLUMNS: readonly Column<SourceFile>[] = [
  {
    id: "path",
    header: "File",
    width: "minmax(18rem,3fr)",
    cell: (file) => (
      <span className="font-mono" title={file.path}>
        {file.path}
      </span>
    ),
  },
  {
    id: "dataset",
    header: "Source and partition",
    width: "minmax(12rem,2fr)",
    cell: (file) => (
      <Link
        to="/datasets/$name"
        params={{ name: file.link.dataset }}
        search={{ p: file.link.partition }}
        className="font-mono text-accent hover:underline"
      >
        {file.link.dataset} {file.link.partition}
      </Link>
    ),
  },
  {
    id: "rows",
    header: "Rows of the version",
    width: "10rem",
    align: "right",
    cell: (file) => <Count value={file.link.rows} />,
  },
  {
    id: "at",
    header: "Seen",
    width: "10rem",
    align: "right",
    cell: (file) => (
      <ZoneOf dataset={file.link.dataset}>
        <Time at={file.link.committed_at} />
      </ZoneOf>
    ),
  },
];

/** Where its numbers come from in the end. */
export function SourceFiles({ files }: { files: readonly SourceFile[] }) {
  return (
    <Panel title={`Source files it goes back to (${files.length})`} flush>
      <DataTable<SourceFile>
        label="Source files"
        columns={COLUMNS}
        rows={files}
        rowKey={(file) => file.path}
        empty={
          <EmptyState title="No source file.">
            It was made from no source, or it is a source itself.
          </EmptyState>
        }
      />
    </Panel>
  );
}
