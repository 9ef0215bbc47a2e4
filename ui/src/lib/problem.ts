import type { Problem } from "./types";

/** An answer that is not what was asked for, with all that a person needs to do something about it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly hint: string | null;
  readonly request: string | null;
  readonly details: unknown;
  /** Seconds until it is worth trying again, when the server says so. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Partial<Problem["error"]>, retryAfter: number | null = null) {
    super(problem.message ?? fallback(status));
    this.status = status;
    this.code = problem.code ?? (status === 0 ? "offline" : `HTTP ${status}`);
    this.hint = problem.hint ?? null;
    this.request = problem.request ?? null;
    this.details = problem.details;
    this.retryAfter = retryAfter;
  }
}

function fallback(status: number): string {
  if (status === 0) return "The server did not answer.";
  if (status === 401) return "You are not signed in.";
  if (status === 403) return "You are not allowed to do this.";
  if (status === 404) return "There is nothing here.";
  if (status === 429) return "Too many requests.";
  if (status >= 500) return "The server could not do this.";
  return "The request was refused.";
}

/** Reads the error of an answer; an answer that is no problem document still gives one. */
export function toApiError(body: unknown, response: Response): ApiError {
  const wait = Number(response.headers.get("retry-after"));
  return new ApiError(response.status, problemOf(body), Number.isFinite(wait) && wait > 0 ? wait : null);
}

function problemOf(body: unknown): Partial<Problem["error"]> {
  if (!isRecord(body) || !isRecord(body.error)) return {};
  const { code, message, hint, details, request } = body.error;
  return {
    ...(typeof code === "string" && { code }),
    ...(typeof message === "string" && { message }),
    ...(typeof hint === "string" && { hint }),
    ...(typeof request === "string" && { request }),
    details,
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
