import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Bytes, Count } from "@/components/amount";
import { CopyButton } from "@/components/copy-button";
import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { Tabs } from "@/components/tabs";
import { Time } from "@/components/time";
import { manifestQuery } from "./queries";

const TOOLS = [
  { value: "duckdb", label: "DuckDB" },
  { value: "polars", label: "Polars" },
  { value: "spark", label: "Spark" },
] as const;
type Tool = (typeof TOOLS)[number]["value"];

/** The exact files of now, for whoever reads them without Tidemill. */
export function ManifestTab({ name }: { name: string }) {
  const query = useInfiniteQuery(manifestQuery(name));
  const [tool, setTool] = useState<Tool>("duckdb");
  const [first] = query.data?.pages ?? [];
  if (query.error && !first) {
    return <ErrorState what="The manifest could not be loaded." error={query.error} retry={query.refetch} />;
  }
  if (!first) return <Loading what="the manifest" />;
  const files = query.data?.pages.flatMap((page) => page.files) ?? [];
  if (files.length === 0) return <EmptyState title="Nothing is published yet, so there are no files." />;
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">
        The files of commit {first.commit}, as of <Time at={first.as_of} />.{" "}
        {first.is_source
          ? "Sizes and hashes are those last seen: whoever delivers these files may replace them at any time, and then the snippet reads the new ones."
          : "They stay as they are: what is published later are other files."}
      </p>
      <Panel title="Read them with">
        <Tabs label="Program" items={TOOLS} value={tool} onChange={setTool}>
          <div className="relative">
            <pre
              className="overflow-x-auto rounded border border-line bg-sunken p-3 pr-12 font-mono text-sm"
              tabIndex={0}
            >
              {first.snippets[tool]}
            </pre>
            <div className="absolute right-2 top-2">
              <CopyButton text={first.snippets[tool]} label="Copy the snippet" />
            </div>
          </div>
        </Tabs>
      </Panel>
      <Panel title="Files" flush>
        <DataTable
          label={`Files of ${name}`}
          rows={files}
          rowKey={(file) => file.path}
          more={{
            has: query.hasNextPage,
            busy: query.isFetchingNextPage,
            load: () => void query.fetchNextPage(),
          }}
          columns={[
            {
              id: "partition",
              header: "Partition",
              width: "minmax(8rem,1fr)",
              cell: (file) => <span className="font-mono">{file.partition}</span>,
            },
            {
              id: "path",
              header: "Path",
              width: "minmax(16rem,4fr)",
              cell: (file) => (
                <span className="font-mono text-sm" title={file.url}>
                  {file.path}
                </span>
              ),
            },
            {
              id: "rows",
              header: "Rows",
              width: "6rem",
              align: "right",
              cell: (file) => <Count value={file.rows} />,
            },
            {
              id: "bytes",
              header: "Size",
              width: "6rem",
              align: "right",
              cell: (file) => <Bytes value={file.bytes} />,
            },
            {
              id: "hash",
              header: "Hash",
              width: "9rem",
              cell: (file) => (
                <span className="font-mono text-sm text-muted" title={file.hash}>
                  {file.hash.slice(0, 12)}
                </span>
              ),
            },
            {
              id: "version",
              header: "Version",
              width: "6rem",
              align: "right",
              cell: (file) => file.materialization,
            },
          ]}
        />
      </Panel>
    </div>
  );
}
