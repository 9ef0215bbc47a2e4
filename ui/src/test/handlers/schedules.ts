import { HttpResponse, http } from "msw";
import { schedules as all, calendar, ticksOf } from "../factories/schedules";
import { notFound, page } from "./respond";

export const schedules = [
  http.get("*/api/v1/schedules", ({ request }) => HttpResponse.json(page(all(), request))),
  http.get("*/api/v1/schedules/:dataset/ticks", ({ request, params }) => {
    const state = new URL(request.url).searchParams.get("state");
    const ticks = ticksOf(String(params.dataset)).filter((tick) => state === null || tick.state === state);
    return HttpResponse.json(page(ticks, request));
  }),
  http.post("*/api/v1/schedules/:dataset/pause", ({ params }) => {
    const found = all().find((schedule) => schedule.dataset === params.dataset);
    return found
      ? HttpResponse.json({ ...found, paused_at: new Date().toISOString(), paused_by: "ana" })
      : notFound("schedule");
  }),
  http.post("*/api/v1/schedules/:dataset/resume", ({ params }) => {
    const found = all().find((schedule) => schedule.dataset === params.dataset);
    return found ? HttpResponse.json({ ...found, paused_at: null, paused_by: null }) : notFound("schedule");
  }),
  http.get("*/api/v1/calendar", ({ request }) => {
    const query = new URL(request.url).searchParams;
    return HttpResponse.json(
      calendar(query.get("from") ?? "", query.get("to") ?? "", query.get("by") === "hour"),
    );
  }),
];
