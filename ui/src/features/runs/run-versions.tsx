import { Link } from "@tanstack/react-router";
import { Bytes, Count } from "@/components/amount";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Facts, Panel } from "@/components/page";
import { Duration, Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { plural } from "@/lib/format";
import type { LineageLink, Run } from "@/lib/types";
import { isLive } from "./queries";

const COLUMNS: readonly Column<LineageLink>[] = [
  {
    id: "dataset",
    header: "Dataset and partition",
    width: "minmax(14rem,2fr)",
    cell: (link) => (
      <Link
        to="/datasets/$name"
        params={{ name: link.dataset }}
        search={{ p: link.partition }}
        className="font-mono text-accent hover:underline"
      >
        {link.dataset} {link.partition}
      </Link>
    ),
  },
  {
    id: "version",
    header: "Version",
    width: "8rem",
    cell: (link) => (
      <Link
        to="/lineage"
        search={{ materialization: link.id }}
        className="font-mono text-accent hover:underline"
      >
        {link.id}
      </Link>
    ),
  },
  { id: "kind", header: "Kind", width: "6rem", cell: (link) => (link.is_source ? "source" : "made") },
  { id: "rows", header: "Rows", width: "7rem", align: "right", cell: (link) => <Count value={link.rows} /> },
  {
    id: "at",
    header: "Committed",
    width: "11rem",
    align: "right",
    cell: (link) => (
      <ZoneOf dataset={link.dataset}>
        <Time at={link.committed_at} />
      </ZoneOf>
    ),
  },
  {
    id: "files",
    header: "Files",
    width: "minmax(10rem,2fr)",
    cell: (link) => (
      <span className="font-mono text-sm text-muted" title={link.paths.join("\n")}>
        {link.paths[0] ?? "–"}
        {link.paths.length > 1 && ` and ${plural(link.paths.length - 1, "more", "more")}`}
      </span>
    ),
  },
];

/** Exactly which versions it read, and what it published. */
export function RunVersions({ run }: { run: Run }) {
  return (
    <div className="flex flex-col gap-4">
      {run.stale_inputs > 0 && (
        <div role="note" className="rounded border border-warning bg-warning-soft px-4 py-3">
          <p className="font-medium">
            {plural(run.stale_inputs, "input")} of this run {run.stale_inputs === 1 ? "has" : "have"} a newer
            version now.
          </p>
          <p className="mt-1 text-muted">
            What it published is therefore stale.{" "}
            <Link
              to="/backfills/new"
              search={{ dataset: [run.dataset], ranges: run.partition, select: ["stale"] }}
              className="text-accent underline"
            >
              Make it again
            </Link>
          </p>
        </div>
      )}
      <Panel title="Output">
        {run.output ? (
          <Facts
            items={[
              [
                "Version",
                <span key="v" className="inline-flex flex-wrap gap-3">
                  <span className="font-mono">{run.output.id}</span>
                  {run.output.head ? "the current one" : "there is a newer one"}
                  <Link
                    to="/lineage"
                    search={{ materialization: run.output.id }}
                    className="text-accent hover:underline"
                  >
                    Lineage of this version
                  </Link>
                </span>,
              ],
              ["Committed", <Time key="c" at={run.output.committed_at} seconds />],
              ["Rows", <Count key="r" value={run.output.rows} />],
              ["Rows rejected", <Count key="j" value={run.output.rejected} />],
              ["Size", <Bytes key="b" value={run.output.bytes} />],
              ["Took", <Duration key="t" seconds={run.output.seconds} />],
              [
                "Code",
                <span key="f" className="font-mono">
                  {run.output.code ?? "–"}
                </span>,
              ],
              [
                "Content",
                <span key="h" className="break-all font-mono">
                  {run.output.content}
                </span>,
              ],
            ]}
          />
        ) : (
          <p className="text-muted">
            {isLive(run)
              ? "Nothing yet: it is published at the end, all at once."
              : run.outcome === "unchanged"
                ? "Nothing new: what came out is what was there before."
                : "It published nothing."}
          </p>
        )}
      </Panel>
      <Panel title={`Inputs (${run.inputs.length})`} flush>
        <DataTable<LineageLink>
          label="Inputs"
          columns={COLUMNS}
          rows={run.inputs}
          rowKey={(link) => String(link.id)}
          empty={
            <EmptyState title="No input recorded.">
              {isLive(run)
                ? "Which versions it reads is decided when it starts."
                : "It reads nothing, or it ended before it read anything."}
            </EmptyState>
          }
        />
      </Panel>
    </div>
  );
}
