import { Choice, TextField } from "./field";

export interface ScopeDraft {
  all: boolean;
  prefixes: string;
  tags: string;
}

/** Which datasets may be seen: all, or those with a prefix or a tag. */
export function ScopeFields({
  draft,
  onChange,
}: {
  draft: ScopeDraft;
  onChange: (draft: ScopeDraft) => void;
}) {
  return (
    <div className="flex flex-col gap-2">
      <Choice
        legend="Scope"
        value={draft.all ? "all" : "some"}
        options={[
          { value: "all", label: "All datasets" },
          { value: "some", label: "Some", about: "those that begin with a prefix or carry a tag" },
        ]}
        onChange={(value) => onChange({ ...draft, all: value === "all" })}
      />
      {!draft.all && (
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Prefixes"
            value={draft.prefixes}
            hint="Separated by commas: dev_, crm_"
            onChange={(prefixes) => onChange({ ...draft, prefixes })}
          />
          <TextField
            label="Tags"
            value={draft.tags}
            hint="Separated by commas: finance"
            onChange={(tags) => onChange({ ...draft, tags })}
          />
        </div>
      )}
    </div>
  );
}
