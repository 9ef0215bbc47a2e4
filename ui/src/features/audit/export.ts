/** The audit log as a file: CSV for spreadsheets, NDJSON for programs. */
import { csvOf } from "@/lib/csv";
import type { AuditEntry } from "@/lib/types";

const COLUMNS = [
  "id",
  "at",
  "actor",
  "actor_kind",
  "action",
  "object_kind",
  "object",
  "outcome",
  "reason",
  "before",
  "after",
  "request",
  "address",
] as const satisfies readonly (keyof AuditEntry)[];

export function toCsv(entries: readonly AuditEntry[]): string {
  return csvOf(
    COLUMNS,
    entries.map((entry) => COLUMNS.map((column) => entry[column])),
  );
}

export function toNdjson(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}
