import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useState } from "react";
import { Button, buttonClass, IconButton } from "@/components/button";
import { Facts } from "@/components/page";
import { StateMark } from "@/components/state-badge";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { count } from "@/lib/format";
import { STANDING, STANDINGS } from "@/lib/states";
import type { Graph, GraphNode } from "@/lib/types";
import { titleOf } from "./box-words";
import type { Box, Picture } from "./fold";
import { hubId } from "./fold";
import type { SetLineage } from "./lineage-page";

interface BoxPanelProps {
  box: Box;
  picture: Picture;
  graph: Graph;
  opened: readonly string[];
  set: SetLineage;
  onMore: (name: string) => void;
}

/** What there is to say about a box, and where one can go from it. */
export function BoxPanel(props: BoxPanelProps) {
  const { box, set } = props;
  return (
    <aside
      aria-label={`Details of ${titleOf(box)}`}
      className="w-full shrink-0 rounded border border-line bg-panel lg:w-80"
    >
      <div className="flex items-center justify-between gap-2 border-b border-line px-4 py-1.5">
        <h2 className="min-w-0 break-words font-mono font-semibold">{titleOf(box)}</h2>
        <IconButton label="Close the details" onClick={() => set({ panel: undefined })}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      <div className="flex flex-col gap-4 px-4 py-3">
        {box.kind === "dataset" && <DatasetDetails {...props} node={box.node} />}
        {(box.kind === "consumers" || box.kind === "group") && <Members {...props} box={box} />}
      </div>
    </aside>
  );
}

function DatasetDetails({ node, graph, opened, set, onMore }: BoxPanelProps & { node: GraphNode }) {
  const hidden = node.hidden_up + node.hidden_down;
  const up = graph.edges.filter((edge) => edge.to === node.name);
  const down = graph.edges.filter((edge) => edge.from === node.name);
  return (
    <>
      <ul className="flex flex-col gap-1" aria-label="Partitions by state">
        {STANDINGS.filter((word) => (node.counts[word] ?? 0) > 0).map((word) => (
          <li key={word} className="flex items-center gap-2">
            <StateMark look={STANDING[word]} />
            {count(node.counts[word] ?? 0)} {STANDING[word].label.toLowerCase()}
          </li>
        ))}
      </ul>
      <Facts
        items={[
          ["Kind", node.kind],
          ["Owner", node.owner ?? "nobody"],
          ["Tags", node.tags.join(", ") || "none"],
          [
            "Published",
            <ZoneOf key="p" dataset={node.name}>
              <Time at={node.published_at} />
            </ZoneOf>,
          ],
          ...(node.paused ? [["Paused", "nothing new is made"] as const] : []),
        ]}
      />
      <div className="flex flex-wrap gap-2">
        <Link to="/datasets/$name" params={{ name: node.name }} className={buttonClass("primary", "small")}>
          Open dataset
        </Link>
        <Button size="small" onClick={() => set({ focus: node.name, node: undefined, open: undefined })}>
          Focus here
        </Button>
        <Button size="small" onClick={() => set({ focus: node.name, view: "impact" })}>
          Impact list
        </Button>
        <Link to="/backfills/new" search={{ dataset: [node.name] }} className={buttonClass("plain", "small")}>
          Backfill…
        </Link>
        {(hidden > 0 || opened.includes(node.name)) && (
          <Button size="small" onClick={() => onMore(node.name)}>
            {opened.includes(node.name)
              ? "Hide its other neighbours"
              : `Show ${count(hidden)} more neighbours`}
          </Button>
        )}
      </div>
      <Links title="Reads" edges={up.map((edge) => ({ ...edge, name: edge.from }))} set={set} />
      <Links title="Read by" edges={down.map((edge) => ({ ...edge, name: edge.to }))} set={set} />
    </>
  );
}

interface NamedEdge {
  name: string;
  mapping: string;
  required: boolean;
}

function Links({ title, edges, set }: { title: string; edges: readonly NamedEdge[]; set: SetLineage }) {
  if (edges.length === 0) return null;
  return (
    <div>
      <h3 className="font-medium">
        {title} {count(edges.length)}
      </h3>
      <ul className="max-h-60 overflow-y-auto">
        {edges.map((edge) => (
          <li key={edge.name}>
            <button
              type="button"
              onClick={() => set({ node: edge.name })}
              className="max-w-full break-words text-left font-mono text-accent hover:underline"
            >
              {edge.name}
            </button>
            <span className="block text-sm text-muted">
              {edge.mapping}
              {!edge.required && ", optional"}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Members({
  box,
  opened,
  set,
  onMore,
}: BoxPanelProps & { box: Extract<Box, { members: GraphNode[] }> }) {
  const [query, setQuery] = useState("");
  const shown = box.members.filter((node) => node.name.includes(query.trim()));
  const key = box.kind === "consumers" ? hubId(box.hub) : box.id;
  return (
    <>
      <p className="text-muted">
        {box.kind === "consumers" ? (
          <>
            They read <span className="font-mono">{box.hub}</span> and are drawn as one box.
          </>
        ) : (
          `All datasets with this ${box.by}.`
        )}
      </p>
      <Button size="small" onClick={() => onMore(key)}>
        {opened.includes(key) ? "Draw them as one box" : `Draw all ${count(box.members.length)}`}
      </Button>
      <input
        type="search"
        aria-label="Find among them"
        placeholder="Find"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        className="h-8 rounded border border-line-strong bg-panel px-2 font-mono"
      />
      <ul className="max-h-[50vh] overflow-y-auto">
        {shown.map((node) => (
          <li key={node.name} className="flex min-h-7 items-center gap-2">
            <StateMark look={STANDING[node.worst]} />
            <button
              type="button"
              onClick={() => set({ node: node.name })}
              className="min-w-0 break-words text-left font-mono text-accent hover:underline"
            >
              {node.name}
            </button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="text-muted">None of them is called that.</p>}
    </>
  );
}
