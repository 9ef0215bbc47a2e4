import { HttpResponse, http } from "msw";
import { entries } from "../factories/audit";
import { roleOf } from "./access";
import { notFound, page, problem } from "./respond";

const all = entries();
const FILTERS = ["actor", "action", "object_kind", "object", "outcome"] as const;

export const audit = [
  http.get("*/api/v1/audit", ({ request }) => {
    if (roleOf(request) !== "admin") return problem(403, "TM0613", "your role does not include audit.read");
    const query = new URL(request.url).searchParams;
    const [from, to] = [query.get("from"), query.get("to")];
    const kept = all
      .filter((entry) =>
        FILTERS.every(
          (name) => query.get(name) === null || String(entry[name]).startsWith(query.get(name) ?? ""),
        ),
      )
      .filter((entry) => (from === null || from <= entry.at) && (to === null || entry.at < to));
    return HttpResponse.json(page(kept, request));
  }),
  http.get("*/api/v1/audit/:id", ({ params }) => {
    const found = all.find((entry) => String(entry.id) === params.id);
    return found ? HttpResponse.json(found) : notFound("such entry");
  }),
];
