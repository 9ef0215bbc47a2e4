import { HttpResponse, http } from "msw";
import { around, graph, versionGraph } from "../factories/lineage";

export const lineage = [
  http.get("*/api/v1/lineage", ({ request }) => {
    const query = new URL(request.url).searchParams;
    const cookie = /look-graph=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
    const whole =
      cookie === "big"
        ? graph.big(1000)
        : cookie === "hub"
          ? graph.hub()
          : cookie === "example"
            ? graph.example()
            : graph.whole();
    const focus = query.get("focus");
    if (!focus) return HttpResponse.json(whole);
    return HttpResponse.json(
      around(whole, focus, Number(query.get("up") ?? 1), Number(query.get("down") ?? 1)),
    );
  }),
  http.get("*/api/v1/materializations/:id/lineage", ({ params, request }) => {
    const way = new URL(request.url).searchParams.get("direction") === "down" ? "down" : "up";
    return HttpResponse.json(versionGraph(Number(params.id), way));
  }),
];
