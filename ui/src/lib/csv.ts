/** Lists as files for spreadsheets, as RFC 4180 writes them. */

/**
 * One field. A spreadsheet runs what starts with one of `=+-@`, and lists hold text that strangers chose
 * (logins, names): a quote in front makes it text.
 */
export function csvField(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A header, and a line for each row. */
export function csvOf(header: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = [header, ...rows].map((line) => line.map(csvField).join(","));
  return `${lines.join("\r\n")}\r\n`;
}
