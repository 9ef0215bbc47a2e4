import { useRef } from "react";
import { Button } from "@/components/button";
import { DatasetInput } from "@/components/dataset-input";
import { Select } from "@/components/select";
import { useShortcut } from "@/lib/shortcuts";
import type { SetLineage } from "./lineage-page";
import { type LineageSearch, VIEWS, type View } from "./lineage-search";

const HOPS = ["0", "1", "2", "3", "5", "50"] as const;
const hops = HOPS.map((value) => ({ value, label: value === "50" ? "all" : value }));
const VIEW: Record<View, string> = { graph: "graph", list: "list", impact: "impact list" };

interface GraphBarProps {
  search: LineageSearch;
  set: SetLineage;
  /** What is grouped by, chosen or not. */
  group: "none" | "owner" | "tag";
}

/** What is shown of the graph, and how. */
export function GraphBar({ search, set, group }: GraphBarProps) {
  const field = useRef<HTMLInputElement>(null);
  useShortcut("/", "Find in the graph", () => field.current?.focus());
  const focused = search.focus !== undefined;
  return (
    <search aria-label="What is shown" className="flex flex-wrap items-center gap-2">
      <DatasetInput
        label="Focus on a dataset"
        value={search.focus ?? ""}
        onChange={(focus) =>
          set({
            focus: focus || undefined,
            node: undefined,
            open: undefined,
            panel: undefined,
            ...(focus ? {} : { view: undefined }),
          })
        }
      />
      {focused && (
        <>
          <Select
            label="Hops up"
            labelled
            value={hopValue(search.up)}
            options={hops}
            onChange={(up) => set({ up: hopParam(up) })}
          />
          <Select
            label="Hops down"
            labelled
            value={hopValue(search.down)}
            options={hops}
            onChange={(down) => set({ down: hopParam(down) })}
          />
        </>
      )}
      <input
        ref={field}
        type="search"
        aria-label="Find in the graph"
        placeholder="Find name, owner:, tag:"
        title="Words in name, owner or tags; owner:x, tag:x, kind:x, state:failed,stale"
        value={search.q ?? ""}
        onChange={(event) => set({ q: event.target.value || undefined }, true)}
        className="h-8 w-52 rounded border border-line-strong bg-panel px-2"
      />
      <Select
        label="Group by"
        labelled
        value={group}
        options={[
          { value: "none", label: "nothing" },
          { value: "owner", label: "owner" },
          { value: "tag", label: "tag" },
        ]}
        onChange={(next) => set({ group: next, node: undefined })}
      />
      <Select
        label="Show as"
        labelled
        value={search.view ?? "graph"}
        options={VIEWS.filter((view) => focused || view !== "impact").map((value) => ({
          value,
          label: VIEW[value],
        }))}
        onChange={(view) => set({ view: view === "graph" ? undefined : view })}
      />
      {search.view === "list" && (
        <Select
          label="Direction"
          labelled
          value={search.way ?? "down"}
          options={[
            { value: "down", label: "what is made from it" },
            { value: "up", label: "what it is made from" },
          ]}
          onChange={(way) => set({ way: way === "down" ? undefined : way })}
        />
      )}
      {focused && (
        <Button
          kind="quiet"
          size="small"
          onClick={() =>
            set({ focus: undefined, node: undefined, open: undefined, panel: undefined, view: undefined })
          }
        >
          Show everything
        </Button>
      )}
    </search>
  );
}

function hopValue(hop: number | undefined): (typeof HOPS)[number] {
  return HOPS.find((value) => Number(value) >= (hop ?? 1)) ?? "50";
}

function hopParam(value: string): number | undefined {
  return value === "1" ? undefined : Number(value);
}
