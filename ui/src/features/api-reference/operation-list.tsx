import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { useEffect, useRef } from "react";
import type { ApiReferenceSearch } from "./api-reference-search";
import type { OperationGroup } from "./document";
import { Method } from "./method";

interface OperationListProps {
  groups: readonly OperationGroup[];
  search: ApiReferenceSearch;
}

const PREFIX = /^\/api\/v\d+/;

/** All operations by what they are about. */
export function OperationList({ groups, search }: OperationListProps) {
  const chosen = useRef<HTMLAnchorElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is chosen
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: "nearest" });
  }, [search.op]);
  return (
    <nav aria-label="Operations" className="flex flex-col gap-3">
      {groups.map((group) => (
        <section key={group.tag} aria-label={group.tag}>
          <h2 className="px-2 pb-0.5 text-sm font-semibold capitalize" title={group.about || undefined}>
            {group.tag}
          </h2>
          <ul>
            {group.operations.map((operation) => {
              const isChosen = operation.id === search.op;
              return (
                <li key={operation.id}>
                  <Link
                    ref={isChosen ? chosen : undefined}
                    to="/api-reference"
                    search={{ ...(search.q !== undefined && { q: search.q }), op: operation.id }}
                    aria-current={isChosen ? "page" : undefined}
                    title={operation.summary}
                    className={clsx(
                      "flex items-center gap-2 rounded px-2 py-1 font-mono text-xs hover:bg-hover",
                      isChosen && "bg-chosen",
                      operation.deprecated && "line-through",
                    )}
                  >
                    <Method method={operation.method} />
                    <span className="min-w-0 break-all">{operation.path.replace(PREFIX, "")}</span>
                  </Link>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </nav>
  );
}
