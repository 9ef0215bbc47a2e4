import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, idempotent, unwrap } from "@/lib/api";
import { ApiError, isRecord } from "@/lib/problem";
import type { Plan, PlanRequest } from "@/lib/types";
import type { BackfillsSearch } from "./backfills-search";

// Keys begin with the topic that the live stream names, so that a hint finds what it is about.

export const backfillsQuery = (search: BackfillsSearch) => {
  const filters = {
    ...(search.state && { state: search.state }),
    ...(search.origin && { origin: search.origin }),
  };
  return infiniteQueryOptions({
    queryKey: ["backfills", "list", filters] as const,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/v1/backfills", {
          params: { query: { ...filters, limit: 50, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
    placeholderData: (before) => before,
  });
};

export const backfillQuery = (id: number) =>
  queryOptions({
    queryKey: ["backfill", id] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/backfills/{id}", { params: { path: { id } }, signal })),
    // Hints come when something moved; that the rate goes down while nothing moves, they do not say.
    refetchInterval: ({ state }) => (state.data?.state === "active" ? 10_000 : false),
  });

/** After something was done with a backfill: all that shows it is asked for again. */
export function renewBackfills(cache: QueryClient) {
  return Promise.all(
    ["backfills", "backfill", "runs"].map((topic) => cache.invalidateQueries({ queryKey: [topic] })),
  );
}

/** What a backfill would do. Asking changes nothing. */
export const planQuery = (request: PlanRequest | null) =>
  queryOptions({
    queryKey: ["plan", request] as const,
    queryFn: ({ signal }) => {
      if (!request) throw new Error("nothing to plan");
      return unwrap(api.POST("/api/v1/backfills/plan", { body: request, signal }));
    },
    enabled: request !== null,
    staleTime: 30_000,
    refetchOnWindowFocus: false,
    retry: false,
  });

export const retryPlanQuery = (id: number) =>
  queryOptions({
    queryKey: ["plan", "retry", id] as const,
    queryFn: ({ signal }) =>
      unwrap(api.POST("/api/v1/backfills/{id}/retry/plan", { params: { path: { id } }, signal })),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
  });

export function applyPlan(request: PlanRequest, plan: string, note: string, key: string) {
  return unwrap(
    api.POST("/api/v1/backfills", {
      params: { header: idempotent(key) },
      body: { ...request, plan, ...(note.trim() && { note: note.trim() }) },
    }),
  );
}

export interface PlanMoved {
  moved: string[];
  plan: Plan;
}

/** What a refusal says when the world moved since the plan was shown: what is different, and the plan of now. */
export function planMoved(error: unknown): PlanMoved | null {
  if (!(error instanceof ApiError) || error.status !== 409 || !isRecord(error.details)) return null;
  const { moved, plan } = error.details;
  if (!Array.isArray(moved) || !isPlan(plan)) return null;
  return { moved: moved.filter((one) => typeof one === "string"), plan };
}

function isPlan(value: unknown): value is Plan {
  return (
    isRecord(value) &&
    typeof value.hash === "string" &&
    typeof value.runs === "number" &&
    Array.isArray(value.steps) &&
    Array.isArray(value.blocked) &&
    isRecord(value.estimate)
  );
}
