/** A small OpenAPI document with one of each thing that the page has to read. */
export const DOCUMENT = {
  openapi: "3.1.0",
  info: { title: "Tidemill", version: "0.4.0", description: "Everything the command line can do." },
  tags: [{ name: "runs", description: "What is made, and what became of it." }, { name: "unused" }],
  paths: {
    "/api/v1/workers": { get: { responses: { 200: { description: "All." } } } },
    "/api/v1/runs": {
      parameters: [{ $ref: "#/components/parameters/Limit" }],
      get: {
        tags: ["runs"],
        operationId: "list_runs",
        summary: "List runs",
        parameters: [
          { name: "state", in: "query", schema: { $ref: "#/components/schemas/RunState" } },
          { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 100 } },
        ],
        responses: {
          200: {
            description: "A page.",
            content: { "application/json": { schema: { $ref: "#/components/schemas/PageOfRun" } } },
          },
          422: { $ref: "#/components/responses/Refused" },
        },
      },
    },
    "/api/v1/runs/{id}/cancel": {
      post: {
        tags: ["runs"],
        operationId: "cancel_run",
        summary: "Cancel a run",
        parameters: [
          { name: "Idempotency-Key", in: "header", schema: { type: "string" } },
          { name: "id", in: "path", required: true, schema: { type: "integer" } },
          { name: "odd", in: "matrix" },
        ],
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Cancel" } } },
        },
        responses: { 204: { description: "Cancelled." } },
      },
    },
  },
  components: {
    parameters: { Limit: { name: "limit", in: "query", schema: { type: "integer", maximum: 500 } } },
    responses: {
      Refused: {
        description: "Refused.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
    schemas: {
      RunState: { type: "string", enum: ["waiting", "running"], description: "Where a run stands." },
      Run: {
        type: "object",
        required: ["id", "state"],
        properties: {
          id: { type: "integer", format: "int64" },
          state: { $ref: "#/components/schemas/RunState" },
          error: { type: ["string", "null"] },
          parent: { oneOf: [{ type: "null" }, { $ref: "#/components/schemas/Run" }] },
        },
      },
      PageOfRun: {
        type: "object",
        required: ["items"],
        properties: { items: { type: "array", items: { $ref: "#/components/schemas/Run" } } },
      },
      RunDetail: {
        allOf: [
          { $ref: "#/components/schemas/Run" },
          { type: "object", required: ["sentence"], properties: { sentence: { type: "string" } } },
        ],
      },
      Cancel: {
        type: "object",
        required: ["reason"],
        properties: { reason: { type: "string", maxLength: 200 } },
      },
      Problem: {
        type: "object",
        properties: { error: { type: "object", properties: { code: { type: "string" } } } },
      },
    },
  },
};

const MORE = [
  ["session", "post", "/session", "Sign in"],
  ["session", "delete", "/session", "Sign out"],
  ["datasets", "get", "/datasets", "List datasets"],
  ["datasets", "get", "/datasets/{name}", "Show a dataset"],
  ["datasets", "get", "/datasets/{name}/health", "Where its partitions stand, as run lengths"],
  ["datasets", "get", "/datasets/{name}/manifest", "The files of a dataset at one commit"],
  ["datasets", "post", "/datasets/{name}/pause", "Start no more runs of a job"],
  ["lineage", "get", "/lineage", "The graph of datasets"],
  ["lineage", "get", "/materializations/{id}/lineage", "What a version was made from"],
  ["backfills", "post", "/backfills/plan", "What a backfill would do"],
  ["backfills", "post", "/backfills", "Apply a plan"],
  ["backfills", "patch", "/backfills/{id}", "Change priority or concurrency"],
  ["schedules", "get", "/schedules", "List schedules"],
  ["schedules", "get", "/schedules/{dataset}/ticks", "List the ticks of a schedule"],
  ["workers", "get", "/pools", "List pools"],
  ["workers", "patch", "/pools/{name}", "Change the limit of a pool"],
  ["access", "get", "/users", "List users"],
  ["access", "delete", "/tokens/{id}", "Revoke a token"],
] as const;

/** As many operations as a real server has about a third of. */
export function wideDocument() {
  const paths: Record<string, Record<string, unknown>> = { ...DOCUMENT.paths };
  for (const [tag, method, path, summary] of MORE) {
    const full = `/api/v1${path}`;
    paths[full] = {
      ...paths[full],
      [method]: { tags: [tag], summary, responses: { 200: { description: "Done." } } },
    };
  }
  return { ...DOCUMENT, paths };
}
