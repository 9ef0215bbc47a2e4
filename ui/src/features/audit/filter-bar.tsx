import clsx from "clsx";
import { type RefObject, useEffect, useId, useState } from "react";
import { Button } from "@/components/button";
import { Select } from "@/components/select";
import { type AuditSearch, instantOf, isFiltered, OUTCOMES, SPANS } from "./audit-search";

interface FilterBarProps {
  search: AuditSearch;
  first: RefObject<HTMLInputElement | null>;
  onChange: (change: Partial<AuditSearch>) => void;
  onClear: () => void;
}

const SPAN_LABEL = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
} as const;
const ANY = "any";

/** The filters of the log; what they hold is what the address says. */
export function FilterBar({ search, first, onChange, onClear }: FilterBarProps) {
  return (
    <div className="flex flex-wrap items-end gap-2 px-4 py-3">
      <Field label="Actor" value={search.actor} input={first} onCommit={(actor) => onChange({ actor })} />
      <Field
        label="Action"
        value={search.action}
        hint="pool.change"
        onCommit={(action) => onChange({ action })}
      />
      <Field label="Kind" value={search.kind} hint="backfill" onCommit={(kind) => onChange({ kind })} />
      <Field label="Object" value={search.object} onCommit={(object) => onChange({ object })} />
      <Select
        label="Outcome"
        labelled
        value={search.outcome ?? ANY}
        options={[{ value: ANY, label: "any" }, ...OUTCOMES.map((value) => ({ value, label: value }))]}
        onChange={(value) => onChange({ outcome: OUTCOMES.find((outcome) => outcome === value) })}
      />
      <Select
        label="Time"
        labelled
        value={search.span ?? ANY}
        options={[
          { value: ANY, label: "any" },
          ...SPANS.map((value) => ({ value, label: SPAN_LABEL[value] })),
        ]}
        onChange={(value) =>
          onChange({ span: SPANS.find((span) => span === value), from: undefined, to: undefined })
        }
      />
      <Field
        label="From (UTC)"
        value={search.from}
        hint="2026-11-01"
        check={instantOf}
        onCommit={(from) => onChange({ from })}
      />
      <Field
        label="Before (UTC)"
        value={search.to}
        hint="2026-11-22 06:00"
        check={instantOf}
        onCommit={(to) => onChange({ to })}
      />
      {isFiltered(search) && <Button onClick={onClear}>Clear filters</Button>}
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string | undefined;
  hint?: string;
  check?: (text: string) => string | null;
  input?: RefObject<HTMLInputElement | null>;
  onCommit: (value: string | undefined) => void;
}

/** Asks the server when typing pauses, not at every key. */
function Field({ label, value = "", hint, check, input, onCommit }: FieldProps) {
  const [text, setText] = useState(value);
  const id = useId();
  const fault = text !== "" && check !== undefined && check(text) === null;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value || fault) return;
    const timer = window.setTimeout(() => onCommit(text === "" ? undefined : text), 350);
    return () => window.clearTimeout(timer);
  }, [text, value, fault, onCommit]);
  return (
    <label htmlFor={id} className="flex w-[calc(50%-0.25rem)] flex-col sm:w-36">
      <span className="text-sm text-muted">{label}</span>
      <input
        ref={input}
        id={id}
        value={text}
        placeholder={hint}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={fault || undefined}
        title={fault ? "A day, or a day and a time: 2026-11-22 06:00" : undefined}
        onChange={(event) => setText(event.target.value)}
        className={clsx("h-8 rounded border bg-panel px-2", fault ? "border-danger" : "border-line-strong")}
      />
    </label>
  );
}
