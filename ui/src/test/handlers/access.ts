import { HttpResponse, http } from "msw";
import { session } from "../factories/access";
import { problem } from "./respond";

/** Who is signed in, in this fake. Tests change it; `look` reads the role from a cookie. */
export const who: { role: keyof typeof session | null } = { role: "admin" };

export function roleOf(request: Request): keyof typeof session | null {
  const cookie = /look-role=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  if (cookie === "none") return null;
  if (cookie === "viewer" || cookie === "operator" || cookie === "admin") return cookie;
  return who.role;
}

const METHODS = { needs_setup: false, password: true, oidc: { name: "Acme SSO" } };

export const access = [
  http.get("*/api/v1/session", ({ request }) => {
    const role = roleOf(request);
    return role
      ? HttpResponse.json(session[role]())
      : problem(401, "TM0610", "nobody is signed in", undefined, { methods: METHODS });
  }),
  http.get("*/api/v1/sign-in", () => HttpResponse.json(METHODS)),
  http.post("*/api/v1/session", async ({ request }) => {
    const body = await request.json();
    const right =
      typeof body === "object" && body !== null && "password" in body && body.password === "right";
    return right
      ? HttpResponse.json(session.admin())
      : problem(401, "TM0611", "this name and password do not belong together");
  }),
  http.post("*/api/v1/session/link", () => HttpResponse.json(session.admin())),
  http.post("*/api/v1/setup", () => HttpResponse.json(session.admin())),
  http.delete("*/api/v1/session", () => new HttpResponse(null, { status: 204 })),
];
