import { describe, expect, it } from "vitest";
import { DOCUMENT } from "@/test/openapi-document";
import { curl, quoted } from "./curl";
import { read, slug } from "./document";
import { countOperations, find } from "./find";
import { example, fields, inner, limitWords, typeWords } from "./schema";

function reference() {
  const found = read(DOCUMENT);
  if (!found) throw new Error("the fixture is a document");
  return found;
}

function operation(id: string) {
  const found = reference()
    .groups.flatMap((group) => group.operations)
    .find((each) => each.id === id);
  if (!found) throw new Error(`no operation ${id}`);
  return found;
}

describe("reading the document", () => {
  it("groups operations by tag, declared tags first, and drops empty ones", () => {
    expect(reference().groups.map((group) => [group.tag, group.operations.length])).toEqual([
      ["runs", 2],
      ["other", 1],
    ]);
  });

  it("lets an operation's own parameter replace that of its path", () => {
    const limit = operation("list_runs").parameters.filter((each) => each.name === "limit");
    expect(limit).toHaveLength(1);
    expect(limitWords(limit[0]?.schema ?? {})).toBe("1 to 100");
  });

  it("puts path parameters first and leaves out places it does not know", () => {
    expect(operation("cancel_run").parameters.map((each) => each.name)).toEqual(["id", "Idempotency-Key"]);
  });

  it("follows references of answers and marks errors", () => {
    const refused = operation("list_runs").responses.find((each) => each.status === "422");
    expect(refused).toMatchObject({ about: "Refused.", isError: true });
  });

  it("makes a link for an operation without an id", () => {
    expect(operation("get-api-v1-workers").path).toBe("/api/v1/workers");
    expect(slug("post", "/runs/{id}/cancel")).toBe("post-runs-id-cancel");
  });

  it("takes what is no document for none", () => {
    expect(read("<html>")).toBeNull();
    expect(read({ openapi: "3.1.0" })).toBeNull();
    expect(read({ paths: { "/x": null } })?.groups).toEqual([]);
  });
});

describe("a schema in words", () => {
  it("names its type", () => {
    expect(typeWords({ $ref: "#/components/schemas/Run" })).toBe("Run");
    expect(typeWords({ type: "array", items: { $ref: "#/x/Run" } })).toBe("array of Run");
    expect(typeWords({ type: ["string", "null"], format: "date-time" })).toBe("string (date-time) or null");
    expect(typeWords({ oneOf: [{ type: "null" }, { $ref: "#/x/Run" }] })).toBe("Run or null");
    expect(typeWords({ type: "string", enum: ["a", "b"] })).toBe('"a" | "b"');
    expect(typeWords({ type: "object", additionalProperties: { type: "integer" } })).toBe("map of integer");
    expect(typeWords({ type: "array", prefixItems: [{ type: "integer" }, { type: "integer" }] })).toBe(
      "[integer, integer]",
    );
    expect(typeWords({})).toBe("any");
  });

  it("says its limits", () => {
    expect(limitWords({ minimum: 1, maximum: 500, default: 50 })).toBe("1 to 500, default 50");
    expect(limitWords({ maxLength: 63, pattern: "^a" })).toBe("at most 63 characters, matches ^a");
    expect(limitWords({ minimum: 0 })).toBe("at least 0");
  });

  it("merges the parts of allOf", () => {
    const { schemas } = reference();
    const names = fields({ $ref: "#/components/schemas/RunDetail" }, schemas).map((each) => each.name);
    expect(names).toEqual(["id", "state", "error", "parent", "sentence"]);
  });

  it("takes a field's description from the type where it has none of its own", () => {
    const { schemas } = reference();
    const state = fields({ $ref: "#/components/schemas/Run" }, schemas).find((each) => each.name === "state");
    expect(state?.about).toBe("Where a run stands.");
  });

  it("opens what has fields, through lists and null, and nothing else", () => {
    const { schemas } = reference();
    expect(inner({ type: "array", items: { $ref: "#/components/schemas/Run" } }, schemas)).toEqual({
      $ref: "#/components/schemas/Run",
    });
    expect(
      inner({ oneOf: [{ type: "null" }, { $ref: "#/components/schemas/Run" }] }, schemas),
    ).not.toBeNull();
    expect(inner({ $ref: "#/components/schemas/RunState" }, schemas)).toBeNull();
    expect(inner({ type: "string" }, schemas)).toBeNull();
    const circle = { Circle: { type: "array", items: { $ref: "#/components/schemas/Circle" } } };
    expect(inner({ $ref: "#/components/schemas/Circle" }, circle)).toBeNull();
  });

  it("gives an example with what is required, also of a type that holds itself", () => {
    const { schemas } = reference();
    expect(example({ $ref: "#/components/schemas/Run" }, schemas)).toEqual({ id: 1, state: "waiting" });
    const self = { Self: { type: "object", required: ["self"], properties: { self: { $ref: "#/c/Self" } } } };
    expect(JSON.stringify(example({ $ref: "#/c/Self" }, self))).toContain("{}");
  });
});

describe("the command to copy", () => {
  it("carries the token, the key of idempotency and a body", () => {
    const text = curl(operation("cancel_run"), reference().schemas, "https://mill.example");
    expect(text).toContain("curl -sS -X POST --globoff 'https://mill.example/api/v1/runs/{id}/cancel'");
    expect(text).toContain('-H "Authorization: Bearer $TIDEMILL_TOKEN"');
    expect(text).toContain('-H "Idempotency-Key: $(uuidgen)"');
    expect(text).toContain('"reason":"string"');
  });

  it("quotes for the shell", () => {
    expect(quoted("https://a/b")).toBe("https://a/b");
    expect(quoted("it's")).toBe("'it'\\''s'");
    expect(quoted("a b; rm")).toBe("'a b; rm'");
  });
});

describe("finding operations", () => {
  it("needs every word, in any place", () => {
    expect(countOperations(find(reference().groups, "cancel runs"))).toBe(1);
    expect(countOperations(find(reference().groups, "POST"))).toBe(1);
    expect(countOperations(find(reference().groups, "limit"))).toBe(1);
    expect(countOperations(find(reference().groups, "nothing"))).toBe(0);
    expect(countOperations(find(reference().groups, "  "))).toBe(3);
  });
});
