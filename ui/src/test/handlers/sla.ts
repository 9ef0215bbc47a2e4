import { HttpResponse, http } from "msw";
import { board, deliveries, recent } from "../factories/sla";
import { page } from "./respond";

export const sla = [
  http.get("*/api/v1/slas", () => HttpResponse.json(board.busy())),
  http.get("*/api/v1/slas/deliveries", ({ request }) => HttpResponse.json(page(deliveries(), request))),
  http.get("*/api/v1/slas/:id/windows", ({ request, params }) => {
    const dataset = String(params.id).split(":")[0] ?? "";
    return HttpResponse.json(page(recent(dataset, 220, { 0: 95, 6: 40, 13: -1, 40: 12 }), request));
  }),
];
