import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { Time } from "@/components/time";
import { count, plural } from "@/lib/format";
import type { Dataset, Preview } from "@/lib/types";
import { ProfileTable } from "./profile-table";
import { materializationQuery, previewQuery, versionsQuery } from "./queries";

const route = getRouteApi("/_app/datasets/$name");

/** The first rows of a partition and what its columns hold. */
export function PreviewTab({ data }: { data: Dataset }) {
  const { p } = route.useSearch();
  const navigate = route.useNavigate();
  const versions = useQuery(versionsQuery(data.name));
  const heads = (versions.data?.items ?? []).filter((version) => version.head);
  const partition = p ?? heads[0]?.partition;
  const preview = useQuery({ ...previewQuery(data.name, partition ?? ""), enabled: partition !== undefined });
  const id = preview.data?.materialization;
  const version = useQuery({ ...materializationQuery(id ?? 0), enabled: id !== undefined });

  if (versions.error && !versions.data) {
    return (
      <ErrorState what="The versions could not be loaded." error={versions.error} retry={versions.refetch} />
    );
  }
  if (versions.data && partition === undefined) {
    return (
      <EmptyState title="Nothing is published yet.">Rows can be seen once a partition is made.</EmptyState>
    );
  }
  const keys = [...new Set([partition, ...heads.map((head) => head.partition)])].filter(
    (key) => key !== undefined,
  );
  return (
    <div className="flex flex-col gap-4">
      <label className="flex flex-wrap items-center gap-2">
        <span className="text-muted">Partition</span>
        <select
          value={partition}
          onChange={(event) =>
            navigate({ search: (now) => ({ ...now, p: event.target.value }), replace: true })
          }
          className="h-8 rounded border border-line-strong bg-panel px-2 font-mono"
        >
          {keys.map((key) => (
            <option key={key}>{key}</option>
          ))}
        </select>
        {version.data && (
          <span className="text-muted">
            version {version.data.id}, committed <Time at={version.data.committed_at} />
          </span>
        )}
      </label>
      {preview.error && !preview.data ? (
        <ErrorState what="The rows could not be read." error={preview.error} retry={preview.refetch} />
      ) : preview.data ? (
        <>
          <Panel title={rowsTitle(preview.data)} flush>
            <Rows data={preview.data} />
          </Panel>
          {version.data && version.data.profile.length > 0 && (
            <Panel title="What the columns hold" flush>
              <ProfileTable profile={version.data.profile} rows={version.data.rows ?? null} />
            </Panel>
          )}
        </>
      ) : (
        <Loading what="rows" />
      )}
    </div>
  );
}

function rowsTitle({ rows, total_rows }: Preview): string {
  if (total_rows === null || total_rows === undefined) return `First ${plural(rows.length, "row")}`;
  return rows.length === total_rows
    ? `All ${plural(rows.length, "row")}`
    : `First ${count(rows.length)} of ${plural(total_rows, "row")}`;
}

function Rows({ data }: { data: Preview }) {
  if (data.rows.length === 0) return <EmptyState title="This partition has no rows." />;
  return (
    <div className="max-h-[60vh] overflow-auto" tabIndex={0} role="region" aria-label="Rows">
      <table className="w-max min-w-full text-sm">
        <thead className="sticky top-0 bg-panel">
          <tr>
            {data.columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className="border-b border-line px-3 py-1.5 text-left font-medium"
              >
                <span className="font-mono">{column.name}</span>{" "}
                <span className="font-normal text-muted">{column.type}</span>
                {column.masked && (
                  <span className="ml-1 rounded bg-warning-soft px-1 text-warning">masked</span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row, index) => (
            <tr key={index} className="border-b border-line last:border-b-0 hover:bg-hover">
              {data.columns.map((column, at) => (
                <td key={column.name} className="max-w-80 truncate px-3 py-1 font-mono">
                  <Value value={row[at]} masked={column.masked} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Value({ value, masked }: { value: unknown; masked: boolean }) {
  if (masked) return <span className="text-muted">•••</span>;
  if (value === null || value === undefined) return <span className="italic text-muted">null</span>;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
