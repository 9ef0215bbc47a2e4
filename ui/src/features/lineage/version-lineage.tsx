import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { buttonClass } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { Select } from "@/components/select";
import { Loading } from "@/components/skeleton";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { plural } from "@/lib/format";
import { ApiError } from "@/lib/problem";
import { useShortcut } from "@/lib/shortcuts";
import type { LineageLink, MaterializationDetail } from "@/lib/types";
import { indexGraph, litBetween } from "./graph";
import { GraphStage } from "./graph-stage";
import type { SetLineage } from "./lineage-page";
import type { LineageSearch } from "./lineage-search";
import { versionGraphQuery, versionQuery } from "./queries";
import { SourceFiles } from "./source-files";
import { VersionPanel } from "./version-panel";
import { VersionTable } from "./version-table";
import { sourceFiles, versionId, versionPicture } from "./versions";

/** One version of one partition: exactly what it was made from, down to files, and what was made from it. */
export function VersionLineage({ id, search, set }: { id: number; search: LineageSearch; set: SetLineage }) {
  const self = useQuery(versionQuery(id));
  const [up, down] = useQueries({ queries: [versionGraphQuery(id, "up"), versionGraphQuery(id, "down")] });
  const picture = useMemo(
    () =>
      versionPicture(
        [up.data, down.data].filter((graph) => graph !== undefined),
        self.data ? linkOf(self.data) : null,
      ),
    [up.data, down.data, self.data],
  );
  const files = useMemo(() => (up.data ? sourceFiles(up.data) : []), [up.data]);
  const focus = versionId(id);
  const node = search.node ?? null;
  const active = picture.boxes.some((box) => box.id === node) ? node : focus;
  const lit = useMemo(() => {
    if (node === null || node === focus || !picture.boxOf.has(node)) return null;
    const nodes = picture.boxes.map((box) => ({ name: box.id }));
    return litBetween(indexGraph({ nodes, edges: picture.edges }), focus, node);
  }, [picture, node, focus]);
  const view = search.view === "list" ? "list" : "graph";
  useShortcut("v", "Graph or list", () => set({ view: view === "list" ? undefined : "list" }));
  useShortcut("Escape", "Close the details", () => set({ panel: undefined }), {
    enabled: search.panel ?? false,
  });

  const title = self.data ? `${self.data.dataset} ${self.data.partition}` : `version ${id}`;
  const failed = [self, up, down].find((answer) => answer.isError);
  const chosen = search.panel ? picture.boxes.find((box) => box.id === active) : undefined;
  return (
    <Page
      title={`Lineage of ${title}`}
      heading={
        <>
          Lineage of <span className="font-mono">{title}</span>
        </>
      }
      sentence={
        self.data && (
          <>
            Version {id}, {plural(self.data.rows ?? 0, "row")}, made{" "}
            <ZoneOf dataset={self.data.dataset}>
              <Time at={self.data.committed_at} />
            </ZoneOf>
            {typeof self.data.run === "number" && (
              <>
                {" by "}
                <Link to="/runs/$id" params={{ id: String(self.data.run) }} className="text-accent underline">
                  run {self.data.run}
                </Link>
              </>
            )}
            . {self.data.head ? "It is the current version." : "There is a newer version."}
          </>
        )
      }
      actions={
        <>
          <Select
            label="Show as"
            labelled
            value={view}
            options={[
              { value: "graph", label: "graph" },
              { value: "list", label: "list" },
            ]}
            onChange={(next) => set({ view: next === "list" ? "list" : undefined })}
          />
          {self.data && (
            <Link to="/lineage" search={{ focus: self.data.dataset }} className={buttonClass()}>
              Lineage of the dataset
            </Link>
          )}
        </>
      }
    >
      {failed?.error instanceof ApiError && failed.error.status === 404 ? (
        <EmptyState title={`There is no version ${id}.`}>
          It was never made, or retention has removed its record.
        </EmptyState>
      ) : failed ? (
        <ErrorState
          what="The lineage could not be loaded."
          error={failed.error}
          retry={() => failed.refetch()}
        />
      ) : up.isPending || down.isPending ? (
        <div className="h-[calc(100vh-15rem)]">
          <Loading what="the lineage" />
        </div>
      ) : (
        <>
          {(up.data?.truncated || down.data?.truncated) && (
            <p role="note" className="rounded border border-warning bg-warning-soft px-3 py-2">
              Not all of it is shown: there are more versions than can be drawn at once.
            </p>
          )}
          <div className="flex min-w-0 gap-4 max-lg:flex-col">
            <div className="min-w-0 grow rounded border border-line bg-panel">
              {view === "list" ? (
                <VersionTable id={id} up={up.data} down={down.data} />
              ) : (
                <GraphStage
                  low
                  label={`Versions, ${plural(picture.boxes.length, "box", "boxes")}`}
                  picture={picture}
                  focus={focus}
                  active={active}
                  lit={lit}
                  onActive={(next) => set({ node: next }, true)}
                  onOpen={(next) => set({ node: next, panel: true })}
                  onMore={() => {}}
                />
              )}
            </div>
            {chosen?.kind === "version" && <VersionPanel link={chosen.link} set={set} />}
          </div>
          <SourceFiles files={files} />
        </>
      )}
    </Page>
  );
}

function linkOf(detail: MaterializationDetail): LineageLink {
  const { id, dataset, partition, rows, committed_at, paths } = detail;
  return {
    id,
    dataset,
    partition,
    rows: rows ?? null,
    committed_at,
    paths,
    position: 0,
    is_source: detail.inputs.length === 0 && detail.run === null,
  };
}
