import { ArrowDown, ArrowUp, Download } from "lucide-react";
import { type RefObject, useState } from "react";
import { Button, IconButton } from "@/components/button";
import { Select } from "@/components/select";
import { count } from "@/lib/format";
import { saveFile } from "@/lib/save-file";
import { ATTEMPT } from "@/lib/states";
import { toast } from "@/lib/toasts";
import type { Run } from "@/lib/types";
import { asText } from "./log-text";
import { wholeLog } from "./use-log";

interface LogBarProps {
  run: Run;
  attempt: number;
  onAttempt: (number: number) => void;
  find: string;
  onFind: (text: string) => void;
  field: RefObject<HTMLInputElement | null>;
  onStep: (forward: boolean) => void;
  /** How many lines were found, in words; nothing while nothing is looked for. */
  hits: string | null;
  live: boolean;
  follow: boolean;
  onFollow: (on: boolean) => void;
}

/** Over the log: which attempt, what to find, whether to follow, and the whole of it as a file. */
export function LogBar(props: LogBarProps) {
  const { run, attempt, find, hits, live, follow } = props;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
      <Select
        label="Attempt"
        labelled
        value={String(attempt)}
        options={run.attempts.map((each) => ({
          value: String(each.number),
          label: `${each.number}: ${ATTEMPT[each.state].label.toLowerCase()}`,
        }))}
        onChange={(value) => props.onAttempt(Number(value))}
      />
      <input
        ref={props.field}
        type="search"
        aria-label="Find in the log"
        placeholder="Find"
        value={find}
        onChange={(event) => props.onFind(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") props.onStep(!event.shiftKey);
          if (event.key === "Escape") event.currentTarget.blur();
        }}
        className="h-8 w-56 rounded border border-line-strong bg-panel px-2 font-mono"
      />
      <IconButton label="Place before (N)" onClick={() => props.onStep(false)}>
        <ArrowUp size={16} aria-hidden />
      </IconButton>
      <IconButton label="Next place (n)" onClick={() => props.onStep(true)}>
        <ArrowDown size={16} aria-hidden />
      </IconButton>
      <span role="status" className="min-w-24 text-sm text-muted">
        {hits}
      </span>
      <span className="ml-auto inline-flex items-center gap-2">
        {live && (
          <Button
            size="small"
            aria-pressed={follow}
            kind={follow ? "primary" : "plain"}
            onClick={() => props.onFollow(!follow)}
          >
            {follow ? "Following the end" : "Follow the end"}
          </Button>
        )}
        <SaveLog run={run.id} attempt={attempt} />
      </span>
    </div>
  );
}

function SaveLog({ run, attempt }: { run: number; attempt: number }) {
  const [lines, setLines] = useState<number | null>(null);
  const save = async () => {
    setLines(0);
    try {
      const all = await wholeLog(run, attempt, setLines);
      saveFile(`run-${run}-attempt-${attempt}.log`, "text/plain", asText(all));
    } catch (error) {
      toast(
        `The log could not be saved: ${error instanceof Error ? error.message : String(error)}`,
        "danger",
      );
    }
    setLines(null);
  };
  return (
    <Button size="small" busy={lines !== null} onClick={save} icon={<Download size={14} aria-hidden />}>
      {lines === null ? "Save as a file" : `Collecting, ${count(lines)} lines…`}
    </Button>
  );
}
