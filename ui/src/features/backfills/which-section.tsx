import { useId } from "react";
import { Button } from "@/components/button";
import { plural } from "@/lib/format";
import { chosenSize, rangeCount, readChosen } from "@/lib/selection";
import { type Draft, type DraftSearch, rangesFault, type Select, selectParam, toggleSelect } from "./draft";
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
  set: (change: Partial<DraftSearch>) => void;
}

/** Which partitions: a span, and of those in it, which. */
export function WhichSection({ draft, sel, set }: WhichSectionProps) {
  const chosen = readChosen(sel);
  const field = useId();
  const fault = rangesFault(draft.ranges);
  return (
    <Section id="which" number={2} title="Which partitions">
      {chosen.size > 0 ? (
        <p className="flex flex-wrap items-center gap-3">
          <span>
            <strong className="font-semibold">{plural(chosenSize(chosen), "partition")}</strong> chosen on the
            grid, in {plural(rangeCount(chosen), "range")}.
          </span>
          <Button size="small" onClick={() => set({ sel: undefined })}>
            Choose otherwise
          </Button>
        </p>
      ) : (
        <div className="flex flex-col gap-1">
          <label htmlFor={field} className="font-medium">
            Partitions
          </label>
          <input
            id={field}
            value={draft.ranges}
            placeholder="all"
            autoComplete="off"
            spellCheck={false}
            aria-describedby={`${field}-about`}
            aria-invalid={fault !== null}
            onChange={(event) => set({ ranges: event.target.value || undefined })}
            className="h-8 w-full max-w-xl rounded border border-line-strong bg-panel px-2 font-mono"
          />
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
