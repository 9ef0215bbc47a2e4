import { Link } from "@tanstack/react-router";
import { GitFork } from "lucide-react";
import { buttonClass } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Panel } from "@/components/page";
import type { Dataset, Edge } from "@/lib/types";

/** What it reads and who reads it, with how partitions belong together; the graph is a page of its own. */
export function LineageTab({ data }: { data: Dataset }) {
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 lg:grid-cols-2">
        <Edges
          title="Reads"
          edges={data.inputs}
          none={
            data.kind === "source"
              ? "A source reads nothing: its files come from outside."
              : "It reads nothing."
          }
        />
        <Edges title="Read by" edges={data.outputs} none="No job reads it." />
      </div>
      <p>
        <Link to="/lineage" search={{ focus: data.name }} className={buttonClass()}>
          <GitFork size={14} aria-hidden />
          Show the graph around it
        </Link>
      </p>
    </div>
  );
}

function Edges({ title, edges, none }: { title: string; edges: Edge[]; none: string }) {
  return (
    <Panel title={edges.length > 0 ? `${title} (${edges.length})` : title} flush>
      {edges.length === 0 ? (
        <EmptyState title={none} />
      ) : (
        <ul className="divide-y divide-line">
          {edges.map((edge) => (
            <li
              key={`${edge.dataset} ${edge.mapping}`}
              className="flex flex-wrap items-baseline gap-x-3 px-4 py-2"
            >
              <Link
                to="/datasets/$name"
                params={{ name: edge.dataset }}
                className="font-mono text-accent hover:underline"
              >
                {edge.dataset}
              </Link>
              <span className="text-muted">
                {edge.mapping}
                {!edge.required && ", where it is there"}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
