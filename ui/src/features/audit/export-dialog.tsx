import { useEffect, useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorState } from "@/components/error-state";
import { count, plural } from "@/lib/format";
import type { AuditFilter } from "./audit-search";
import { EXPORT_MAX, type Gathered, gather, toCsv, toNdjson } from "./export";
import { auditPage } from "./queries";

function save(text: string, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read it by the next turn of the loop.
  window.setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** Gathers all that fits the filter, says how many they are, and then writes the file. */
export function ExportDialog({ filter, onClose }: { filter: AuditFilter; onClose: () => void }) {
  const [read, setRead] = useState(0);
  const [found, setFound] = useState<Gathered | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const stop = new AbortController();
    gather((cursor) => auditPage(filter, cursor, 500, stop.signal), setRead)
      .then(setFound)
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setError(reason);
      });
    return () => stop.abort();
  }, [filter]);
  const stamp = new Date().toISOString().slice(0, 10);
  const reason =
    found === null
      ? "The entries are still being read."
      : found.entries.length === 0
        ? "No entry fits the filter."
        : undefined;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Export"
      description="Exactly what the filter leaves, newest first."
    >
      <div className="flex flex-col gap-3">
        {error !== null ? (
          <ErrorState what="The entries could not be read." error={error} />
        ) : (
          <p role="status">
            {found === null
              ? `Reading… ${count(read)} so far`
              : `${plural(found.entries.length, "entry", "entries")} to write.`}
          </p>
        )}
        {found?.complete === false && (
          <p className="text-warning">
            These are the newest {count(EXPORT_MAX)}; there are more. Narrow the filter, or read the log
            through the API.
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button
            disabledReason={reason}
            onClick={() =>
              found && save(toNdjson(found.entries), "application/x-ndjson", `audit-${stamp}.ndjson`)
            }
          >
            Save NDJSON
          </Button>
          <Button
            kind="primary"
            disabledReason={reason}
            onClick={() => found && save(toCsv(found.entries), "text/csv", `audit-${stamp}.csv`)}
          >
            Save CSV
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
