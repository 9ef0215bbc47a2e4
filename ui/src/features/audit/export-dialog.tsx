import { useCallback } from "react";
import { ExportDialog, type ExportFormat } from "@/components/export-dialog";
import type { ReadPage } from "@/lib/gather";
import type { AuditEntry } from "@/lib/types";
import type { AuditFilter } from "./audit-search";
import { toCsv, toNdjson } from "./export";
import { auditPage } from "./queries";

const MAX = 10_000;

const FORMATS: readonly ExportFormat<AuditEntry>[] = [
  { name: "NDJSON", type: "application/x-ndjson", write: toNdjson },
  { name: "CSV", type: "text/csv", write: toCsv },
];

/** The log as a file: what the filter leaves. */
export function AuditExport({ filter, onClose }: { filter: AuditFilter; onClose: () => void }) {
  const page: ReadPage<AuditEntry> = useCallback(
    (cursor, signal) => auditPage(filter, cursor, 500, signal),
    [filter],
  );
  return (
    <ExportDialog
      title="Export"
      description="Exactly what the filter leaves, newest first."
      nouns={["entry", "entries"]}
      file="audit"
      page={page}
      max={MAX}
      beyond="Narrow the filter, or read the log through the API."
      formats={FORMATS}
      onClose={onClose}
    />
  );
}
