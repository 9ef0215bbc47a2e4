import { HttpResponse, http } from "msw";
import type { PlanRequest } from "@/lib/types";
import { backfill, detail, manyBackfills, plan } from "../factories/backfills";
import { notFound, page, problem } from "./respond";

const done = () => new HttpResponse(null, { status: 204 });

function planOf(request: PlanRequest) {
  if (request.targets.some(({ dataset }) => dataset === "million")) return plan.huge(request);
  if (request.targets.some(({ ranges }) => ranges === "2020")) return plan.empty(request);
  return plan.usual(request);
}

function isRequest(body: unknown): body is PlanRequest & { plan?: string } {
  return typeof body === "object" && body !== null && "targets" in body;
}

export const backfills = [
  http.get("*/api/v1/backfills", ({ request }) => {
    const query = new URL(request.url).searchParams;
    const [state, origin] = [query.get("state"), query.get("origin")];
    const rows = manyBackfills().filter(
      (one) => (!state || one.state === state) && (!origin || one.origin === origin),
    );
    return HttpResponse.json(page(rows, request));
  }),
  http.post("*/api/v1/backfills/plan", async ({ request }) => {
    const body = await request.json();
    if (!isRequest(body)) return problem(422, "TM0600", "this is no request for a plan");
    const bad = body.targets.find(({ dataset }) => dataset === "nobody");
    if (bad) return problem(422, "TM0201", "there is no dataset `nobody`", "`tidemill datasets` lists them");
    return HttpResponse.json(planOf(body));
  }),
  http.post("*/api/v1/backfills", async ({ request }) => {
    const body = await request.json();
    if (!isRequest(body)) return problem(422, "TM0600", "this is no request for a backfill");
    // While one dataset is asked for the world holds still; with this one it never does.
    if (body.targets.some(({ dataset }) => dataset === "dev_user_months")) {
      const now = { ...plan.usual(body), hash: "moved", runs: 93 };
      return problem(409, "TM0203", "the world moved since this plan was made", "Plan again.", {
        moved: ["`dev_rows` 2026-11-21 (1): was not in the plan, is missing"],
        plan: now,
      });
    }
    return HttpResponse.json(backfill.active({ id: 31 }), { status: 201 });
  }),
  http.get("*/api/v1/backfills/:id", ({ params }) => {
    const found =
      manyBackfills().find((one) => String(one.id) === params.id) ??
      (params.id === "31" ? backfill.active({ id: 31 }) : undefined);
    return found ? HttpResponse.json(detail(found)) : notFound(`backfill ${params.id}`);
  }),
  http.patch("*/api/v1/backfills/:id", () => done()),
  http.post("*/api/v1/backfills/:id/pause", () => done()),
  http.post("*/api/v1/backfills/:id/resume", () => done()),
  http.post("*/api/v1/backfills/:id/cancel", () => done()),
  http.post("*/api/v1/backfills/:id/retry/plan", () =>
    HttpResponse.json(
      plan.usual({
        targets: [{ dataset: "retail_revenue_daily", ranges: null, selection: null }],
        select: { missing: false, failed: true, stale: false, all: false },
        upstream: true,
        downstream: false,
        newest_first: true,
        priority: 0,
        class: "backfill",
      }),
    ),
  ),
  http.post("*/api/v1/backfills/:id/retry", () =>
    HttpResponse.json(backfill.active({ id: 31, retry_of: 15 }), { status: 201 }),
  ),
];
