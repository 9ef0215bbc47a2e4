import { useState } from "react";
import { IconButton } from "@/components/button";
import { DatasetInput } from "@/components/dataset-input";
import type { Draft, DraftSearch } from "./draft";
import { Section, Tick } from "./section";

interface WhatSectionProps {
  draft: Draft;
  set: (change: Partial<DraftSearch>) => void;
}

/** Which datasets, and whether what they hang on goes along. */
export function WhatSection({ draft, set }: WhatSectionProps) {
  const [turn, setTurn] = useState(0);
  const { datasets } = draft;
  const change = (next: string[]) =>
    set({
      dataset: next.length > 0 ? next : undefined,
      ...(next.length !== 1 && { sel: undefined, grid: undefined }),
    });
  return (
    <Section id="what" number={1} title="What">
      <div className="flex flex-wrap items-center gap-2">
        {datasets.map((name) => (
          <span
            key={name}
            className="inline-flex h-8 items-center gap-1 rounded border border-line-strong bg-chosen pl-2 font-mono"
          >
            {name}
            <IconButton
              label={`Leave out ${name}`}
              className="size-7"
              onClick={() => change(datasets.filter((one) => one !== name))}
            >
              <span aria-hidden="true">×</span>
            </IconButton>
          </span>
        ))}
        <DatasetInput
          // A fresh field after each dataset that was added.
          key={turn}
          label={datasets.length === 0 ? "Dataset" : "Another dataset"}
          value=""
          onChange={(name) => {
            if (name === "") return;
            setTurn((now) => now + 1);
            if (!datasets.includes(name)) change([...datasets, name]);
          }}
        />
      </div>
      <fieldset className="flex flex-col gap-1.5">
        <legend className="mb-1 font-medium">Also</legend>
        <Tick
          label="What they are made from"
          about="inputs that are missing, failed or stale are made first"
          on={draft.upstream}
          onChange={(on) => set({ upstream: on ? true : undefined })}
        />
        <Tick
          label="What is made from them"
          about="everything downstream that becomes stale by it"
          on={draft.downstream}
          onChange={(on) => set({ downstream: on ? true : undefined })}
        />
      </fieldset>
    </Section>
  );
}
