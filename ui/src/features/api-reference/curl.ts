/** A command that does what an operation does, ready to paste into a shell. */
import type { Operation } from "./document";
import { example, type Schemas } from "./schema";

/** Quotes for a POSIX shell: nothing inside single quotes is read by it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Path parameters stay as `{name}`: whoever pastes it has to say which. */
export function curl(operation: Operation, schemas: Schemas, base: string): string {
  const query = operation.parameters
    .filter((parameter) => parameter.place === "query" && parameter.required)
    .map(
      (parameter) => `${parameter.name}=${encodeURIComponent(String(example(parameter.schema, schemas)))}`,
    );
  const url = `${base}${operation.path}${query.length > 0 ? `?${query.join("&")}` : ""}`;
  const lines = [operation.method === "get" ? "curl -sS" : `curl -sS -X ${operation.method.toUpperCase()}`];
  // Curl takes `{a}` for a list of its own, and the quotes keep `?` and `&` from the shell.
  lines[0] += ` --globoff ${quoted(url)}`;
  lines.push('-H "Authorization: Bearer $TIDEMILL_TOKEN"');
  for (const parameter of operation.parameters) {
    if (parameter.place !== "header" || parameter.name.toLowerCase() === "x-tidemill") continue;
    const isKey = parameter.name.toLowerCase() === "idempotency-key";
    if (!parameter.required && !isKey) continue;
    lines.push(isKey ? `-H "${parameter.name}: $(uuidgen)"` : `-H ${quoted(`${parameter.name}: …`)}`);
  }
  if (operation.body) {
    lines.push(`-H ${quoted(`Content-Type: ${operation.body.media}`)}`);
    const value = example(operation.body.schema, schemas);
    const line = JSON.stringify(value);
    lines.push(`-d ${quoted(line.length < 80 ? line : JSON.stringify(value, null, 2))}`);
  }
  return lines.join(" \\\n  ");
}
