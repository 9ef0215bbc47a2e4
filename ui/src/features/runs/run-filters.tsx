import clsx from "clsx";
import { Button } from "@/components/button";
import { DatasetInput } from "@/components/dataset-input";
import { Select } from "@/components/select";
import { StateMark } from "@/components/state-badge";
import { useShortcut } from "@/lib/shortcuts";
import { RUN, RUN_STATES, type RunState } from "@/lib/states";
import { CLASSES, HOURS_DEFAULT, isFiltered, type RunsSearch, toggleState } from "./runs-search";

interface RunFiltersProps {
  search: RunsSearch;
  set: (change: Partial<RunsSearch>, replace?: boolean) => void;
}

const HOURS = [1, 6, 24, 72, 168] as const;

/** What the list shows: states as switches, then dataset, class and span of time. */
export function RunFilters({ search, set }: RunFiltersProps) {
  const spanned = Boolean(search.from || search.to);
  return (
    <search aria-label="Filters" className="flex flex-wrap items-center gap-2">
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">State</legend>
        {RUN_STATES.map((state, index) => (
          <StateToggle
            key={state}
            state={state}
            digit={String(index + 1)}
            on={search.state?.includes(state) ?? false}
            toggle={() => set({ state: toggleState(search.state, state) })}
          />
        ))}
      </fieldset>
      <DatasetInput
        label="Dataset"
        value={search.dataset ?? ""}
        onChange={(dataset) => set({ dataset: dataset || undefined }, true)}
      />
      <Select
        label="Class"
        labelled
        value={search.class ?? "any"}
        options={[{ value: "any", label: "any" }, ...CLASSES.map((value) => ({ value, label: value }))]}
        onChange={(value) => set({ class: CLASSES.find((word) => word === value) })}
      />
      <Select
        label="Started"
        labelled
        value={spanned ? "span" : String(search.hours ?? "any")}
        options={[
          { value: "any", label: "any time" },
          ...hoursOffered(search.hours).map((hours) => ({ value: String(hours), label: hoursText(hours) })),
          ...(spanned ? [{ value: "span", label: "chosen on the strip" }] : []),
        ]}
        onChange={(value) => {
          if (value === "span") return;
          set({ hours: value === "any" ? undefined : Number(value), from: undefined, to: undefined });
        }}
      />
      <Select
        label="Order"
        labelled
        value={search.order ?? "newest"}
        options={[
          { value: "newest", label: "newest first" },
          { value: "oldest", label: "oldest first" },
        ]}
        onChange={(order) => set({ order: order === "oldest" ? "oldest" : undefined })}
      />
      {search.backfill && (
        <Chip text={`backfill ${search.backfill}`} remove={() => set({ backfill: undefined })} />
      )}
      {search.worker && <Chip text={`worker ${search.worker}`} remove={() => set({ worker: undefined })} />}
      {search.code && <Chip text={`error ${search.code}`} remove={() => set({ code: undefined })} />}
      {(isFiltered(search) || spanned || search.hours) && (
        <Button
          kind="quiet"
          size="small"
          onClick={() =>
            set({
              state: undefined,
              dataset: undefined,
              backfill: undefined,
              worker: undefined,
              class: undefined,
              code: undefined,
              hours: undefined,
              from: undefined,
              to: undefined,
            })
          }
        >
          Clear the filters
        </Button>
      )}
    </search>
  );
}

function hoursText(hours: number): string {
  if (hours === 1) return "last hour";
  if (hours === HOURS_DEFAULT) return "last 24 hours";
  return hours % 24 === 0 ? `last ${hours / 24} days` : `last ${hours} hours`;
}

/** The usual ones, and the one that the address names. */
function hoursOffered(named: number | undefined): number[] {
  return [...new Set([...HOURS, ...(named ? [named] : [])])].sort((a, b) => a - b);
}

function StateToggle(props: { state: RunState; digit: string; on: boolean; toggle: () => void }) {
  const look = RUN[props.state];
  useShortcut(props.digit, `Show or hide ${look.label.toLowerCase()}`, props.toggle);
  return (
    <button
      type="button"
      aria-pressed={props.on}
      title={`${look.label}: ${look.about}`}
      onClick={props.toggle}
      className={clsx(
        "inline-flex h-8 items-center gap-1.5 rounded border px-2 hover:bg-hover",
        props.on ? "border-accent bg-chosen font-medium" : "border-line-strong bg-panel",
      )}
    >
      <StateMark look={look} />
      {look.label}
    </button>
  );
}

function Chip({ text, remove }: { text: string; remove: () => void }) {
  return (
    <button
      type="button"
      onClick={remove}
      aria-label={`Remove the filter ${text}`}
      className="inline-flex h-8 items-center gap-1.5 rounded border border-accent bg-chosen px-2 hover:bg-hover"
    >
      {text} <span aria-hidden="true">×</span>
    </button>
  );
}
