import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useDebounced } from "@/components/dataset-input";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { plural } from "@/lib/format";
import { useShortcut } from "@/lib/shortcuts";
import { BoxPanel } from "./box-panel";
import { fold, type Picture } from "./fold";
import { indexGraph, litBetween, matches, mergeGraphs } from "./graph";
import { GraphBar } from "./graph-bar";
import { GraphStage } from "./graph-stage";
import { ImpactView } from "./impact-view";
import type { SetLineage } from "./lineage-page";
import type { LineageSearch } from "./lineage-search";
import { graphQuery } from "./queries";
import { TreeView } from "./tree-view";

const NONE: readonly string[] = [];
/** More datasets than this are shown by owner, unless somebody wants each of them. */
const READABLE = 400;

/** The graph of datasets: the neighbourhood of one, or all of them. */
export function DatasetLineage({ search, set }: { search: LineageSearch; set: SetLineage }) {
  const focus = search.focus ?? null;
  const opened = search.open ?? NONE;
  const near = focus === null ? NONE : opened.filter((name) => !name.includes(":"));
  const answers = useQueries({
    queries: [
      graphQuery(focus === null ? {} : { focus, up: search.up ?? 1, down: search.down ?? 1 }),
      ...near.map((name) => graphQuery({ focus: name, up: 1, down: 1 })),
    ],
  });
  const graphs = answers.flatMap((answer) => (answer.data ? [answer.data] : []));
  const version = answers.map((answer) => answer.dataUpdatedAt).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers are other objects at every turn; `version` says when they differ
  const graph = useMemo(() => (graphs.length > 0 ? mergeGraphs(graphs) : null), [version]);
  const query = useDebounced(search.q ?? "", 200);
  const many = focus === null && graph !== null && graph.nodes.length > READABLE;
  const wanted = search.group ?? (many ? "owner" : "none");
  const group = wanted === "none" ? null : wanted;
  const node = search.node ?? null;
  const openKey = opened.join();
  const picture = useMemo(() => {
    if (!graph) return null;
    const base = {
      group,
      open: new Set(openKey.split(",")),
      matches: (one: Parameters<typeof matches>[0]) => matches(one, query),
    };
    const seen = fold(graph, { ...base, keep: new Set(focus === null ? [] : [focus]) });
    // A dataset that is chosen is drawn even when its hub or group is folded.
    const hidden = node !== null && seen.boxOf.has(node) && seen.boxOf.get(node) !== node;
    return hidden ? fold(graph, { ...base, keep: new Set(focus === null ? [node] : [focus, node]) }) : seen;
  }, [graph, group, openKey, query, focus, node]);
  const active = activeOf(picture, node, focus);
  const lit = useMemo(() => litOf(picture, focus, node), [picture, focus, node]);

  const view = search.view ?? "graph";
  const open = (id: string) => set({ node: id, panel: true });
  const more = useCallback(
    (name: string) => {
      const next = opened.includes(name) ? opened.filter((one) => one !== name) : [...opened, name];
      set({ open: next.length > 0 ? next : undefined });
    },
    [opened, set],
  );
  useShortcut("v", "Graph or list", () => set({ view: view === "list" ? undefined : "list" }));
  useShortcut("i", "Impact list", () => set({ view: view === "impact" ? undefined : "impact" }), {
    enabled: focus !== null,
  });
  useShortcut("Escape", "Close the details", () => set({ panel: undefined }), {
    enabled: search.panel ?? false,
  });

  const first = answers[0];
  const count = picture?.boxes.filter((box) => box.match).length ?? 0;
  const panel = search.panel && active !== null ? picture?.boxes.find((box) => box.id === active) : undefined;
  return (
    <Page
      title={focus === null ? "Lineage" : `Lineage of ${focus}`}
      heading={
        focus === null ? (
          "Lineage"
        ) : (
          <>
            Lineage of <span className="font-mono">{focus}</span>
          </>
        )
      }
      sentence={
        graph
          ? `${plural(graph.nodes.length, "dataset")}, ${plural(graph.edges.length, "link")}${query ? `; ${count} match` : ""}${many && !search.group ? ". So many are shown by owner" : ""}${graph.truncated > 0 ? `. ${plural(graph.truncated, "more")} are not shown: choose a focus` : ""}.`
          : "Which datasets are made from which."
      }
    >
      <GraphBar search={search} set={set} group={wanted} />
      {first?.isError && !graph ? (
        <ErrorState
          what="The lineage could not be loaded."
          error={first.error}
          retry={() => first.refetch()}
        />
      ) : !graph || !picture ? (
        <div className="h-[calc(100vh-15rem)]">
          <Loading what="the lineage" />
        </div>
      ) : graph.nodes.length === 0 ? (
        <EmptyState title={focus === null ? "No dataset is declared." : `There is no dataset ${focus}.`}>
          Datasets appear here when a worker starts a project that declares them.
        </EmptyState>
      ) : view === "impact" && focus !== null ? (
        <ImpactView focus={focus} search={search} set={set} />
      ) : (
        <div className="flex min-w-0 gap-4 max-lg:flex-col">
          <div className="min-w-0 grow rounded border border-line bg-panel">
            {view === "list" ? (
              <TreeView
                key={`${focus} ${search.way}`}
                label={search.way === "up" ? "What it is made from" : "What is made from it"}
                picture={picture}
                way={search.way ?? "down"}
                root={focus}
                onOpen={open}
              />
            ) : (
              <GraphStage
                label={`Lineage, ${plural(picture.boxes.length, "box", "boxes")}`}
                picture={picture}
                focus={focus}
                active={active}
                lit={lit}
                onActive={(id) => set({ node: id }, true)}
                onOpen={open}
                onMore={more}
              />
            )}
          </div>
          {panel && (
            <BoxPanel box={panel} picture={picture} graph={graph} opened={opened} set={set} onMore={more} />
          )}
        </div>
      )}
    </Page>
  );
}

function activeOf(picture: Picture | null, node: string | null, focus: string | null): string | null {
  const ids = new Set(picture?.boxes.map((box) => box.id));
  for (const id of [node, node && picture?.boxOf.get(node), focus]) if (id && ids.has(id)) return id;
  return picture?.boxes[0]?.id ?? null;
}

/** The way between the focus and what is chosen, by boxes. */
function litOf(picture: Picture | null, focus: string | null, node: string | null): Set<string> | null {
  if (!picture || node === null || node === focus) return null;
  const chosen = picture.boxOf.get(node) ?? node;
  const index = indexGraph({ nodes: picture.boxes.map((box) => ({ name: box.id })), edges: picture.edges });
  return index.nodes.has(chosen) ? litBetween(index, focus, chosen) : null;
}
