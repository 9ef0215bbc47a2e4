import { HttpResponse, http } from "msw";
import { workers as all, pools, queue } from "../factories/workers";
import { notFound, page } from "./respond";

export const workers = [
  http.get("*/api/v1/workers", ({ request }) => HttpResponse.json(page(all(), request))),
  http.get("*/api/v1/pools", () => HttpResponse.json({ items: pools(), next: null })),
  http.get("*/api/v1/queue", () => HttpResponse.json(queue())),
  http.patch("*/api/v1/pools/:name", async ({ params, request }) => {
    const found = pools().find((pool) => pool.name === params.name);
    const body = await request.json();
    if (!found || typeof body !== "object" || body === null) return notFound("pool");
    return HttpResponse.json({
      ...found,
      ...(typeof body.slots === "number" && { slots: body.slots }),
      overridden: true,
    });
  }),
];
