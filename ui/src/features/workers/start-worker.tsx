import { CopyButton } from "@/components/copy-button";
import { age, plural } from "@/lib/format";
import type { Pool } from "@/lib/types";
import { startCommand } from "./pools";

export function Command({ text }: { text: string }) {
  return (
    <span className="inline-flex items-center gap-1 rounded border border-line bg-panel py-0.5 pr-0.5 pl-2">
      <code className="font-mono text-sm">{text}</code>
      <CopyButton text={text} label="Copy the command" />
    </span>
  );
}

/** A pool that nobody serves: what that means, and how to change it. */
export function StartWorker({ pool }: { pool: Pool }) {
  const wait = pool.oldest_wait_seconds;
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1 rounded border border-warning bg-warning-soft px-3 py-1.5">
      <p>
        <span aria-hidden className="mr-1.5 font-bold text-warning">
          !
        </span>
        No living worker takes runs of this pool.{" "}
        {pool.waiting === 0
          ? "Nothing waits for one now."
          : `${plural(pool.waiting, "run waits", "runs wait")}${wait == null ? "" : `, the oldest for ${age(wait)}`}.`}{" "}
        Start one:
      </p>
      <Command text={startCommand(pool.name)} />
    </div>
  );
}
