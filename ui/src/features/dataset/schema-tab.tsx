import { DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Panel } from "@/components/page";
import type { Dataset } from "@/lib/types";

export function SchemaTab({ data }: { data: Dataset }) {
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <Panel title={`Columns (${data.columns.length})`} flush>
        <DataTable
          label={`Columns of ${data.name}`}
          rows={data.columns}
          rowKey={(column) => column.name}
          wrap
          empty={<EmptyState title="Its columns are not declared, and nothing has been published yet." />}
          columns={[
            {
              id: "name",
              header: "Column",
              width: "minmax(9rem,1fr)",
              cell: (column) => <span className="font-mono">{column.name}</span>,
            },
            {
              id: "type",
              header: "Type",
              width: "minmax(8rem,1fr)",
              cell: (column) => (
                <span className="font-mono text-muted">
                  {column.type}
                  {column.nullable ? ", may be null" : ""}
                </span>
              ),
            },
            {
              id: "about",
              header: "About",
              width: "minmax(12rem,2fr)",
              cell: (column) => (
                <>
                  {column.description}
                  {column.masked && (
                    <span className="rounded bg-warning-soft px-1.5 text-sm text-warning">masked</span>
                  )}
                </>
              ),
            },
          ]}
        />
      </Panel>
      <Panel title="Contract">
        {data.contract.length > 0 ? (
          <ul className="list-disc space-y-1 pl-5">
            {data.contract.map((check) => (
              <li key={check}>{check}</li>
            ))}
          </ul>
        ) : (
          <p className="text-muted">Nothing is promised of its rows beside their types.</p>
        )}
      </Panel>
    </div>
  );
}
