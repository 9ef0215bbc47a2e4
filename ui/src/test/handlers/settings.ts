import { HttpResponse, http } from "msw";
import {
  settings as installation,
  permissions,
  sessionRow,
  token,
  tokens,
  user,
  users,
} from "../factories/settings";
import { wideDocument } from "../openapi-document";
import { roleOf } from "./access";
import { page, problem } from "./respond";

const done = () => new HttpResponse(null, { status: 204 });

export const settings = [
  http.get("*/api/v1/settings", () => HttpResponse.json(installation.troubled())),
  http.get("*/api/v1/permissions", () => HttpResponse.json(permissions())),
  http.get("*/api/v1/openapi.json", () => HttpResponse.json(wideDocument())),
  http.get("*/api/v1/users", ({ request }) =>
    roleOf(request) === "admin"
      ? HttpResponse.json(page(users(), request))
      : problem(403, "TM0613", "your role does not include user.manage"),
  ),
  http.post("*/api/v1/users", async ({ request }) => {
    const body = await request.json();
    const login = typeof body === "object" && body !== null ? String(body.login) : "";
    return users().some((each) => each.login === login)
      ? problem(409, "TM0620", `there is a user ${login} already`)
      : HttpResponse.json({ ...user.viewer(), id: 99, login }, { status: 201 });
  }),
  http.patch("*/api/v1/users/:id", async ({ params, request }) => {
    const found = users().find((each) => each.id === Number(params.id));
    const body = await request.json();
    return HttpResponse.json({ ...found, ...(typeof body === "object" ? body : {}) });
  }),
  http.post("*/api/v1/users/:id/password", async ({ request }) => {
    const body = await request.json();
    return typeof body === "object" && body !== null && body.current === "wrong"
      ? problem(422, "TM0621", "the current password is another")
      : done();
  }),
  http.get("*/api/v1/users/me/sessions", () =>
    HttpResponse.json({ items: [sessionRow.current(), sessionRow.other()], next: null }),
  ),
  http.delete("*/api/v1/users/me/sessions/:id", done),
  http.get("*/api/v1/users/:id/sessions", () =>
    HttpResponse.json({ items: [sessionRow.other()], next: null }),
  ),
  http.get("*/api/v1/tokens", ({ request }) => HttpResponse.json(page(tokens(), request))),
  http.post("*/api/v1/tokens", async ({ request }) => {
    const body = await request.json();
    const name = typeof body === "object" && body !== null ? String(body.name) : "";
    const made = { ...token.active(), id: 77, name, last_used_at: null };
    return HttpResponse.json(
      { token: made, secret: "tm_4zq1_9fX2mKp7Lw0QeR8sTn5Vb3YcHd6JgAu" },
      { status: 201 },
    );
  }),
  http.delete("*/api/v1/tokens/:id", done),
];
