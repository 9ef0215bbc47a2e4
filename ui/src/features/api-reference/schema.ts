/** A JSON schema in words a reader needs: its type, its fields, its limits, an example. */
import { isSchema, type Schema } from "./document";

export type Schemas = Readonly<Record<string, Schema>>;

/** A schema may hold itself; looking inside ends here. */
const DEPTH_MAX = 8;

export interface Field {
  name: string;
  required: boolean;
  about: string;
  schema: Schema;
}

/** `Run` of `#/components/schemas/Run`. */
export function refName(schema: Schema): string | null {
  const ref = schema.$ref;
  return typeof ref === "string" ? (ref.split("/").at(-1) ?? null) : null;
}

/** What a name stands for; a schema without a reference stands for itself. */
export function deref(schema: Schema, schemas: Schemas): Schema {
  let found = schema;
  for (let steps = 0; steps < 8; steps += 1) {
    const name = refName(found);
    if (name === null) break;
    found = schemas[name] ?? {};
  }
  return found;
}

function parts(value: unknown): Schema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

const isNull = (schema: Schema) => schema.type === "null";

/** The ways a value can look, without `null`; one where there is no choice. */
export function choices(schema: Schema): Schema[] {
  const all = [...parts(schema.oneOf), ...parts(schema.anyOf)];
  return all.length === 0 ? [schema] : all.filter((each) => !isNull(each));
}

export function nullable(schema: Schema): boolean {
  if (Array.isArray(schema.type) && schema.type.includes("null")) return true;
  return [...parts(schema.oneOf), ...parts(schema.anyOf)].some(isNull);
}

function baseType(schema: Schema): string {
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter(
    (type): type is string => typeof type === "string" && type !== "null",
  );
  if (types.length > 0) return types.join(" | ");
  if (isSchema(schema.properties) || Array.isArray(schema.allOf)) return "object";
  return "any";
}

/** The type in a few words: `array of RunRow`, `string (date-time) or null`, `"a" | "b"`. */
export function typeWords(schema: Schema): string {
  const said = choices(schema).map(oneType).join(" | ");
  return nullable(schema) ? `${said} or null` : said;
}

/** One way a value can look, in words; whether it may be null is not said. */
export function oneType(schema: Schema): string {
  const name = refName(schema);
  if (name !== null) return name;
  if (Array.isArray(schema.enum)) {
    return schema.enum
      .filter((value) => value !== null)
      .map((value) => JSON.stringify(value))
      .join(" | ");
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const type = baseType(schema);
  if (type === "array") {
    if (Array.isArray(schema.prefixItems)) {
      return `[${parts(schema.prefixItems).map(typeWords).join(", ")}]`;
    }
    return isSchema(schema.items) ? `array of ${typeWords(schema.items)}` : "array";
  }
  if (type === "object" && isSchema(schema.additionalProperties)) {
    return `map of ${typeWords(schema.additionalProperties)}`;
  }
  return typeof schema.format === "string" ? `${type} (${schema.format})` : type;
}

/** Bounds and defaults: `1 to 500, default 50`. */
export function limitWords(schema: Schema): string {
  const said: string[] = [];
  const bounds = (low: unknown, high: unknown, unit: string) => {
    if (typeof low === "number" && typeof high === "number") said.push(`${low} to ${high}${unit}`);
    else if (typeof low === "number") said.push(`at least ${low}${unit}`);
    else if (typeof high === "number") said.push(`at most ${high}${unit}`);
  };
  bounds(schema.minimum, schema.maximum, "");
  bounds(schema.minLength, schema.maxLength, " characters");
  bounds(schema.minItems, schema.maxItems, " items");
  if (typeof schema.pattern === "string") said.push(`matches ${schema.pattern}`);
  if (schema.default !== undefined) said.push(`default ${JSON.stringify(schema.default)}`);
  return said.join(", ");
}

function text(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

/** The fields of an object, those of `allOf` parts together; of an array, those of its items. */
export function fields(schema: Schema, schemas: Schemas, depth = 0): Field[] {
  const found = deref(schema, schemas);
  const merged = new Map<string, Field>();
  for (const part of depth < DEPTH_MAX ? parts(found.allOf) : []) {
    for (const field of fields(part, schemas, depth + 1)) merged.set(field.name, field);
  }
  const required = Array.isArray(found.required) ? found.required : [];
  const properties = isSchema(found.properties) ? found.properties : {};
  for (const [name, value] of Object.entries(properties)) {
    const own = isSchema(value) ? value : {};
    const about = text(own.description) || text(deref(own, schemas).description);
    merged.set(name, { name, required: required.includes(name), about, schema: own });
  }
  return [...merged.values()];
}

/** What is inside a value and can be opened: an object, the items of an array, the values of a map. */
export function inner(schema: Schema, schemas: Schemas, depth = 0): Schema | null {
  if (depth > DEPTH_MAX) return null;
  const chosen = choices(schema);
  if (chosen.length !== 1 || !chosen[0]) return null;
  const found = deref(chosen[0], schemas);
  // A name may stand for a choice again.
  if (found !== chosen[0] && choices(found).length > 1) return null;
  if (isSchema(found.items)) return inner(found.items, schemas, depth + 1);
  if (isSchema(found.additionalProperties)) return inner(found.additionalProperties, schemas, depth + 1);
  return fields(chosen[0], schemas).length > 0 ? chosen[0] : null;
}

const FORMATS: Record<string, unknown> = {
  "date-time": "2026-11-22T06:00:00Z",
  date: "2026-11-22",
  uri: "https://example.com/",
};

/** A small value that fits the schema: required fields only, named types at most three deep. */
export function example(schema: Schema, schemas: Schemas, depth = 0): unknown {
  if (schema.example !== undefined) return schema.example;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (nullable(schema)) return null;
  if (refName(schema) !== null) {
    return depth > 3 ? {} : example(deref(schema, schemas), schemas, depth + 1);
  }
  const [chosen] = choices(schema);
  if (chosen && chosen !== schema) return example(chosen, schemas, depth + 1);
  switch (baseType(schema)) {
    case "string":
      return (typeof schema.format === "string" ? FORMATS[schema.format] : undefined) ?? "string";
    case "integer":
    case "number":
      return typeof schema.minimum === "number" ? schema.minimum : 1;
    case "boolean":
      return false;
    case "array":
      return isSchema(schema.items) && depth <= 3 ? [example(schema.items, schemas, depth + 1)] : [];
    case "object":
      return Object.fromEntries(
        fields(schema, schemas)
          .filter((field) => field.required)
          .map((field) => [field.name, example(field.schema, schemas, depth + 1)]),
      );
    default:
      return null;
  }
}
