/**
 * The served OpenAPI 3.1 document, read into what the page shows.
 * The document is data from outside: what is missing or odd is left out, nothing throws.
 */

export interface Reference {
  title: string;
  version: string;
  about: string;
  groups: OperationGroup[];
  schemas: Record<string, Schema>;
}

export interface OperationGroup {
  tag: string;
  about: string;
  operations: Operation[];
}

export interface Operation {
  /** Stable in links: the operation id, or method and path where there is none. */
  id: string;
  method: string;
  path: string;
  summary: string;
  about: string;
  deprecated: boolean;
  parameters: Parameter[];
  body: { required: boolean; about: string; media: string; schema: Schema } | null;
  responses: Answer[];
}

export interface Parameter {
  name: string;
  place: "path" | "query" | "header" | "cookie";
  required: boolean;
  about: string;
  schema: Schema;
}

export interface Answer {
  status: string;
  about: string;
  media: string | null;
  schema: Schema | null;
  isError: boolean;
}

/** A schema as it is written: a JSON object whose members are looked up where they are shown. */
export type Schema = Readonly<Record<string, unknown>>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;
const PLACES = ["path", "query", "header", "cookie"] as const;

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

/** Follows a reference inside the document; what leads nowhere is an empty object. */
export function resolve(document: Schema, value: unknown): Schema {
  let found = record(value);
  // A reference to a reference is legal; a circle of nothing else is not, and ends here.
  for (let steps = 0; typeof found.$ref === "string" && steps < 8; steps += 1) {
    const path = found.$ref.replace(/^#\//, "").split("/");
    const unescaped = (part: string) => part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = record(path.reduce<unknown>((at, part) => record(at)[unescaped(part)], document));
  }
  return found;
}

/** The first kind of content, JSON before others. */
function content(value: unknown): { media: string; schema: Schema } | null {
  const kinds = Object.entries(record(value));
  const chosen = kinds.find(([media]) => media === "application/json") ?? kinds[0];
  if (!chosen) return null;
  return { media: chosen[0], schema: record(record(chosen[1]).schema) };
}

function parameters(document: Schema, shared: unknown, own: unknown): Parameter[] {
  const all = new Map<string, Parameter>();
  for (const each of [...list(shared), ...list(own)]) {
    const found = resolve(document, each);
    const place = PLACES.find((known) => known === found.in);
    if (!place || text(found.name) === "") continue;
    // The operation's own parameter replaces the path's of the same name.
    all.set(`${place} ${text(found.name)}`, {
      name: text(found.name),
      place,
      required: found.required === true,
      about: text(found.description),
      schema: record(found.schema),
    });
  }
  return [...all.values()].sort((one, other) => PLACES.indexOf(one.place) - PLACES.indexOf(other.place));
}

function answers(document: Schema, value: unknown): Answer[] {
  return Object.entries(record(value))
    .map(([status, each]) => {
      const found = resolve(document, each);
      const body = content(found.content);
      return {
        status,
        about: text(found.description),
        media: body?.media ?? null,
        schema: body?.schema ?? null,
        isError: !/^[123]/.test(status),
      };
    })
    .sort((one, other) => one.status.localeCompare(other.status));
}

function body(document: Schema, value: unknown): Operation["body"] {
  const found = resolve(document, value);
  const chosen = content(found.content);
  if (!chosen) return null;
  return { ...chosen, required: found.required === true, about: text(found.description) };
}

/** `get /runs/{id}` → `get-runs-id`: what a link can carry. */
export function slug(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((part) => part !== "");
  return [method, ...words].join("-").toLowerCase();
}

/** Reads a document; null when it is not one. */
export function read(value: unknown): Reference | null {
  if (!isSchema(value) || !isSchema(value.paths)) return null;
  const groups = new Map<string, OperationGroup>();
  const group = (tag: string, about = "") => {
    const found = groups.get(tag) ?? { tag, about, operations: [] };
    groups.set(tag, found);
    return found;
  };
  // Declared tags come first and in their order.
  for (const tag of list(value.tags)) {
    const { name, description } = record(tag);
    if (text(name) !== "") group(text(name), text(description));
  }
  for (const [path, item] of Object.entries(value.paths)) {
    const shared = record(item);
    for (const method of METHODS) {
      if (!isSchema(shared[method])) continue;
      const found = record(shared[method]);
      group(text(list(found.tags)[0]) || "other").operations.push({
        id: text(found.operationId) || slug(method, path),
        method,
        path,
        summary: text(found.summary),
        about: text(found.description),
        deprecated: found.deprecated === true,
        parameters: parameters(value, shared.parameters, found.parameters),
        body: body(value, found.requestBody),
        responses: answers(value, found.responses),
      });
    }
  }
  const info = record(value.info);
  const schemas = record(record(value.components).schemas);
  return {
    title: text(info.title),
    version: text(info.version),
    about: text(info.description),
    groups: [...groups.values()].filter((each) => each.operations.length > 0),
    schemas: Object.fromEntries(Object.entries(schemas).map(([name, each]) => [name, record(each)])),
  };
}
