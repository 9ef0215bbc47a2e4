import { HttpResponse } from "msw";

/** An error as the server writes it. */
export function problem(status: number, code: string, message: string, hint?: string, details?: unknown) {
  return HttpResponse.json(
    { error: { code, message, ...(hint && { hint }), details, request: "01JD9Z6Q4T8M" } },
    { status },
  );
}

export const notFound = (what: string) => problem(404, "TM0604", `there is no ${what}`);

/** A part of a list, by a cursor that is the place in it. */
export function page<T>(all: readonly T[], request: Request): { items: T[]; next: string | null } {
  const query = new URL(request.url).searchParams;
  const start = Number(query.get("cursor") ?? 0);
  const limit = Number(query.get("limit") ?? 50);
  const end = start + limit;
  return { items: all.slice(start, end), next: end < all.length ? String(end) : null };
}
