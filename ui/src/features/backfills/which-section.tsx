import { useId, useMemo } from "react";
import { Button } from "@/components/button";
import { plural } from "@/lib/format";
import { chosenSize, rangeCount, readChosen, writeChosen } from "@/lib/selection";
import { type Draft, type DraftSearch, rangesFault, type Select, selectParam, toggleSelect } from "./draft";
import { GridPicker } from "./grid-picker";
import { Section, Tick } from "./section";

const ABOUT: Record<Select, readonly [string, string]> = {
  missing: ["Missing", "never made"],
  failed: ["Failed", "their last run failed"],
  stale: ["Stale", "their code or an input has changed since"],
  all: ["All", "fresh ones, too: they are made again"],
};

interface WhichSectionProps {
  draft: Draft;
  sel: string | undefined;
  grid: boolean;
  set: (change: Partial<DraftSearch>) => void;
}

/** Which partitions: a span, and of those in it, which. */
export function WhichSection({ draft, sel, grid, set }: WhichSectionProps) {
  const chosen = useMemo(() => readChosen(sel), [sel]);
  const [dataset = ""] = draft.datasets;
  const onGrid = draft.datasets.length === 1 && (grid || chosen.size > 0);
  const field = useId();
  const fault = rangesFault(draft.ranges);
  return (
    <Section id="which" number={2} title="Which partitions">
      {onGrid ? (
        <>
          <div className="flex flex-wrap items-center gap-3">
            <p role="status">
              {chosen.size > 0 ? (
                <>
                  <strong className="font-semibold">{plural(chosenSize(chosen), "partition")}</strong>{" "}
                  selected, in {plural(rangeCount(chosen), "range")}.
                </>
              ) : (
                "Nothing is selected: that means all."
              )}
            </p>
            {chosen.size > 0 && (
              <Button size="small" onClick={() => set({ sel: undefined, grid: true })}>
                Select nothing
              </Button>
            )}
            <Button size="small" onClick={() => set({ sel: undefined, grid: undefined })}>
              Name them instead
            </Button>
          </div>
          <GridPicker
            dataset={dataset}
            chosen={chosen}
            onChosen={(next) => set({ sel: writeChosen(next) || undefined, grid: true })}
          />
        </>
      ) : (
        <div className="flex flex-col gap-1">
          <label htmlFor={field} className="font-medium">
            Partitions
          </label>
          <div className="flex max-w-2xl gap-2">
            <input
              id={field}
              value={draft.ranges}
              placeholder="all"
              autoComplete="off"
              spellCheck={false}
              aria-describedby={`${field}-about`}
              aria-invalid={fault !== null}
              onChange={(event) => set({ ranges: event.target.value || undefined })}
              className="h-8 min-w-0 grow rounded border border-line-strong bg-panel px-2 font-mono"
            />
            <Button
              disabledReason={
                draft.datasets.length === 1 ? undefined : "Only with one dataset: each has a grid of its own."
              }
              onClick={() => set({ ranges: undefined, grid: true })}
            >
              Select on the grid
            </Button>
          </div>
          <p id={`${field}-about`} className={fault ? "text-danger" : "text-muted"}>
            {fault ?? (
              <>
                As on the command line: <code className="font-mono">2024-03</code>,{" "}
                <code className="font-mono">2024-01..2024-03</code> with both ends, several with commas. Empty
                means all.
              </>
            )}
          </p>
        </div>
      )}
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 font-medium">Of these, make what is</legend>
        {(Object.keys(ABOUT) satisfies string[]).filter(isSelect).map((word) => (
          <Tick
            key={word}
            label={ABOUT[word][0]}
            about={ABOUT[word][1]}
            on={draft.selects.includes(word)}
            onChange={() => set({ select: selectParam(toggleSelect(draft.selects, word)) })}
          />
        ))}
      </fieldset>
    </Section>
  );
}

function isSelect(word: string): word is Select {
  return word in ABOUT;
}
