import { HttpResponse, http } from "msw";
import { overview } from "../factories/overview";

export const overviews = [
  http.get("*/api/v1/overview", ({ request }) => {
    const look = /look-overview=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
    const make = look === "calm" || look === "first" || look === "dead" ? overview[look] : overview.busy;
    return HttpResponse.json(make());
  }),
];
