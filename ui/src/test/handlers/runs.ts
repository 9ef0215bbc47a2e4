import { HttpResponse, http } from "msw";
import type { Run } from "@/lib/types";
import { backfill } from "../factories/backfills";
import { aRun, histogram, logLines, manyRuns } from "../factories/runs";
import { notFound, page } from "./respond";

const NAMED: Record<number, (id: number) => Run> = {
  1001: aRun.succeeded,
  1002: aRun.failed,
  1003: aRun.running,
  1004: aRun.waiting,
  1005: aRun.ready,
};

function find(id: number): Run | undefined {
  const named = NAMED[id];
  if (named) return named(id);
  const row = manyRuns().find((run) => run.id === id);
  if (!row) return id < 1_000_000 ? aRun.succeeded(id) : undefined;
  const like = {
    succeeded: aRun.succeeded,
    failed: aRun.failed,
    running: aRun.running,
    waiting: aRun.waiting,
    ready: aRun.ready,
    backoff: aRun.failed,
    cancelled: aRun.failed,
  };
  return { ...like[row.state](id), ...row };
}

export const runs = [
  http.get("*/api/v1/runs", ({ request }) => {
    const query = new URL(request.url).searchParams;
    const states = query.get("state")?.split(",");
    const is = (key: string, value: unknown) => query.get(key) === null || query.get(key) === String(value);
    const rows = manyRuns().filter(
      (run) =>
        (!states || states.includes(run.state)) &&
        is("dataset", run.dataset) &&
        is("backfill", run.backfill) &&
        is("worker", run.worker) &&
        is("class", run.class) &&
        is("code", run.error_code),
    );
    return HttpResponse.json(page(query.get("order") === "oldest" ? rows.reverse() : rows, request));
  }),
  http.get("*/api/v1/runs/histogram", ({ request }) => {
    const query = new URL(request.url).searchParams;
    return HttpResponse.json(histogram(new Date(query.get("from") ?? 0), new Date(query.get("to") ?? 0)));
  }),
  http.get("*/api/v1/runs/:id", ({ params }) => {
    const run = find(Number(params.id));
    return run ? HttpResponse.json(run) : notFound(`run ${params.id}`);
  }),
  http.post("*/api/v1/runs/:id/cancel", () => new HttpResponse(null, { status: 204 })),
  http.post("*/api/v1/runs/:id/retry", () =>
    HttpResponse.json(backfill.active({ id: 31, runs: 1 }), { status: 201 }),
  ),
  http.get("*/api/v1/runs/:id/logs", ({ params, request }) => {
    const run = find(Number(params.id));
    if (!run) return notFound(`run ${params.id}`);
    const query = new URL(request.url).searchParams;
    const number = Number(query.get("attempt") ?? run.attempts.at(-1)?.number ?? 1);
    const of = run.attempts.find((each) => each.number === number);
    const after = Number(query.get("after")?.split(":")[1] ?? 0);
    const limit = Number(query.get("limit") ?? 1000);
    const q = query.get("q")?.toLowerCase();
    const rest = logLines(number, of?.log_lines ?? 0).filter(
      (line) => line.number > after && (!q || line.text.toLowerCase().includes(q)),
    );
    const lines = rest.slice(0, limit);
    const last = lines.at(-1);
    const next = rest.length > limit && last ? `${last.attempt}:${last.number}` : null;
    return HttpResponse.json({ lines, next, ended: run.state !== "running" });
  }),
];
