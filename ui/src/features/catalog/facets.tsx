import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { Check } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/button";
import { StateMark } from "@/components/state-badge";
import { STANDING, STANDINGS } from "@/lib/states";
import type { DatasetPage } from "@/lib/types";
import { KINDS } from "./catalog-search";
import type { CatalogSearch } from "./queries";

/** What the list can be narrowed to, with how many there are; states first, as they are what one looks for. */
export function Facets({ facets, search }: { facets: DatasetPage["facets"]; search: CatalogSearch }) {
  const sorted = (some: { [key: string]: number }) =>
    Object.entries(some).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  // On a small screen the list comes first, and the filters when they are asked for.
  const [open, setOpen] = useState(false);
  return (
    <nav aria-label="Filters" className="shrink-0 lg:w-44">
      <Button size="small" className="lg:hidden" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Hide filters" : "Filters"}
      </Button>
      <div
        className={clsx(
          "flex-wrap gap-x-6 gap-y-3 rounded border border-line bg-panel p-3 max-lg:mt-2 lg:flex lg:flex-col lg:flex-nowrap",
          open ? "flex" : "hidden",
        )}
      >
        <Facet title="State">
          {STANDINGS.filter((standing) => facets.states[standing] || search.state?.includes(standing)).map(
            (standing) => (
              <Choice
                key={standing}
                on={search.state?.includes(standing) ?? false}
                next={{ ...search, state: flip(search.state, standing, STANDINGS) }}
                count={facets.states[standing] ?? 0}
              >
                <StateMark look={STANDING[standing]} />
                {STANDING[standing].label}
              </Choice>
            ),
          )}
        </Facet>
        <Facet title="Kind">
          {KINDS.filter((kind) => facets.kinds[kind] || search.kind?.includes(kind)).map((kind) => (
            <Choice
              key={kind}
              on={search.kind?.includes(kind) ?? false}
              next={{ ...search, kind: flip(search.kind, kind, KINDS) }}
              count={facets.kinds[kind] ?? 0}
            >
              {kind}
            </Choice>
          ))}
        </Facet>
        {sorted(facets.owners).length > 0 && (
          <Facet title="Owner">
            {sorted(facets.owners).map(([owner, count]) => (
              <Choice
                key={owner}
                on={search.owner?.includes(owner) ?? false}
                next={{ ...search, owner: flip(search.owner, owner) }}
                count={count}
              >
                <span className="truncate" title={owner}>
                  {owner}
                </span>
              </Choice>
            ))}
          </Facet>
        )}
        {sorted(facets.tags).length > 0 && (
          <Facet title="Tag">
            {sorted(facets.tags).map(([tag, count]) => (
              <Choice
                key={tag}
                on={search.tag?.includes(tag) ?? false}
                next={{ ...search, tag: flip(search.tag, tag) }}
                count={count}
              >
                <span className="truncate" title={tag}>
                  {tag}
                </span>
              </Choice>
            ))}
          </Facet>
        )}
      </div>
    </nav>
  );
}

function Facet({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-32 max-lg:max-w-64">
      <h2 className="mb-1 text-sm font-semibold text-muted">{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

interface ChoiceProps {
  on: boolean;
  next: CatalogSearch;
  count: number;
  children: ReactNode;
}

function Choice({ on, next, count, children }: ChoiceProps) {
  return (
    <li>
      <Link
        to="/datasets"
        search={next}
        aria-current={on ? "true" : undefined}
        className="flex min-h-7 items-center gap-1.5 rounded px-1.5 hover:bg-hover aria-[current=true]:bg-chosen"
      >
        <span className="inline-flex w-3.5 shrink-0">{on && <Check size={14} aria-hidden />}</span>
        <span className="flex min-w-0 items-center gap-1.5">{children}</span>
        {on && <span className="sr-only">, chosen</span>}
        <span className="ml-auto text-sm text-muted">{count}</span>
      </Link>
    </li>
  );
}

function flip<T extends string>(
  now: readonly T[] | undefined,
  word: T,
  order?: readonly T[],
): T[] | undefined {
  const on = now ?? [];
  const next = on.includes(word) ? on.filter((one) => one !== word) : [...on, word];
  const sorted = order ? order.filter((one) => next.includes(one)) : next;
  return sorted.length > 0 ? sorted : undefined;
}
