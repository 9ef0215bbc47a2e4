import type { PlanRequest } from "@/lib/types";
import type { Draft, DraftSearch } from "./draft";
import { NumberField, Section, Tick } from "./section";

const CLASSES: readonly (readonly [PlanRequest["class"], string, string])[] = [
  ["backfill", "Backfill", "gives way to live and late work in every pool"],
  ["late", "Late", "like late data and corrections"],
  ["live", "Live", "like what has just fallen due; takes slots from it"],
];

interface HowSectionProps {
  draft: Draft;
  set: (change: Partial<DraftSearch>) => void;
  note: string;
  setNote: (note: string) => void;
}

/** In which order, how much at once, and before or behind what other work. */
export function HowSection({ draft, set, note, setNote }: HowSectionProps) {
  return (
    <Section id="how" number={3} title="How">
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 font-medium">Order</legend>
        <Tick
          type="radio"
          name="order"
          label="Newest first"
          about="what people look at most is there soonest"
          on={draft.newestFirst}
          onChange={() => set({ order: undefined })}
        />
        <Tick
          type="radio"
          name="order"
          label="Oldest first"
          about="jobs that carry state from partition to partition go this way in any case"
          on={!draft.newestFirst}
          onChange={() => set({ order: "oldest" })}
        />
      </fieldset>
      <div className="flex flex-wrap gap-x-8 gap-y-4">
        <NumberField
          label="At once"
          about="partitions at most"
          min={1}
          max={10_000}
          value={draft.concurrency}
          placeholder="as many as fit"
          onChange={(concurrency) => set({ concurrency: concurrency ?? undefined })}
        />
        <NumberField
          label="Priority"
          about="of backfills of a class the greater goes first"
          min={-32_768}
          max={32_767}
          value={draft.priority}
          placeholder="0"
          onChange={(priority) => set({ priority: priority || undefined })}
        />
      </div>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 font-medium">Class</legend>
        {CLASSES.map(([value, label, about]) => (
          <Tick
            key={value}
            type="radio"
            name="class"
            label={label}
            about={about}
            on={draft.class === value}
            onChange={() => set({ class: value === "backfill" ? undefined : value })}
          />
        ))}
      </fieldset>
      <label className="flex flex-col gap-1">
        <span>
          Note <span className="text-muted">why; it is kept with the backfill</span>
        </span>
        <input
          value={note}
          maxLength={500}
          onChange={(event) => setNote(event.target.value)}
          className="h-8 w-full max-w-xl rounded border border-line-strong bg-panel px-2"
        />
      </label>
    </Section>
  );
}
