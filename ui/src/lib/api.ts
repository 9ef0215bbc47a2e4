import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./api.gen";
import { ApiError, toApiError } from "./problem";

/** Where the program lives: `/`, or the prefix that `<base href>` names. */
export const basePath = new URL(document.baseURI).pathname.replace(/\/$/, "");

/** Called when an answer says that nobody is signed in; `main.tsx` sends the person to sign in. */
let onSignedOut: () => void = () => {};
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

const guard: Middleware = {
  onRequest({ request }) {
    // The server takes a write by cookie only with this header, which no other site can send.
    if (request.method !== "GET") request.headers.set("X-Tidemill", "1");
    return request;
  },
  onError() {
    return new ApiError(0, { hint: "Check your connection, or whether the server is running." });
  },
};

const { origin } = window.location;
const client = createClient<paths>({
  baseUrl: origin + basePath,
  // Looked up at the call, so that tests can put another one there.
  fetch: (request) => globalThis.fetch(request),
  credentials: "same-origin",
  // A list stands in one parameter: each may be given once.
  querySerializer: { array: { style: "form", explode: false } },
});
client.use(guard);

/** The client: `unwrap(api.GET("/api/v1/runs/{id}", { params, signal }))`. */
export const api = client;

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer, or an `ApiError` thrown. A 401 also leads to the sign-in page. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) {
    if (response.status === 401) onSignedOut();
    throw toApiError(error, response);
  }
  // An answer without a body is typed `undefined` by the caller's path.
  return data as T;
}

/** One key for each form that is opened: sending it twice makes one thing. */
export function idempotencyKey(): string {
  // `randomUUID` is only there over TLS and on loopback.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

export function idempotent(key: string): { "Idempotency-Key": string } {
  return { "Idempotency-Key": key };
}
