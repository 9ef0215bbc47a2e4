/** The audit log as a file: CSV for spreadsheets, NDJSON for programs. */
import type { AuditEntry } from "@/lib/types";

/** More is for the API: a browser should not hold a log of years. */
export const EXPORT_MAX = 10_000;

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

/**
 * One field. A spreadsheet runs what starts with one of `=+-@`, and the log holds text that
 * strangers chose (logins, names): a quote in front makes it text.
 */
export function csvField(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(entries: readonly AuditEntry[]): string {
  const lines = entries.map((entry) => COLUMNS.map((column) => csvField(entry[column])).join(","));
  return `${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
}

export function toNdjson(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

interface Page {
  items: readonly AuditEntry[];
  next?: string | null;
}

/** What was gathered, and whether the limit cut it. */
export interface Gathered {
  entries: AuditEntry[];
  complete: boolean;
}

/** Reads pages until the end or the limit; `progress` hears how many there are so far. */
export async function gather(
  page: (cursor: string | null) => Promise<Page>,
  progress: (entries: number) => void,
  max = EXPORT_MAX,
): Promise<Gathered> {
  const entries: AuditEntry[] = [];
  let cursor: string | null = null;
  do {
    const { items, next }: Page = await page(cursor);
    entries.push(...items.slice(0, max - entries.length));
    progress(entries.length);
    cursor = next ?? null;
  } while (cursor !== null && entries.length < max);
  return { entries, complete: cursor === null };
}
