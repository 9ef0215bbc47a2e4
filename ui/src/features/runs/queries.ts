import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Run } from "@/lib/types";
import type { RunsSearch, Span } from "./runs-search";

const PAGE = 100;

function filtersOf(search: RunsSearch) {
  return {
    ...(search.state && { state: search.state }),
    ...(search.dataset && { dataset: search.dataset }),
    ...(search.backfill && { backfill: search.backfill }),
    ...(search.worker && { worker: search.worker }),
    ...(search.class && { class: search.class }),
    ...(search.code && { code: search.code }),
    ...(search.from && { from: search.from }),
    ...(search.to && { to: search.to }),
    ...(search.order && { order: search.order }),
  };
}

/**
 * The list as it was when it was asked for. It is not renewed by hints: rows would move under the pointer.
 * `newestRunsQuery` says what has come since.
 */
export const runsQuery = (search: RunsSearch) =>
  infiniteQueryOptions({
    queryKey: ["list-of-runs", filtersOf(search)] as const,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/v1/runs", {
          params: { query: { ...filtersOf(search), limit: PAGE, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next || undefined,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: "always",
    refetchOnWindowFocus: false,
  });

/** The newest runs under the same filters; renewed by hints. */
export const newestRunsQuery = (search: RunsSearch) =>
  queryOptions({
    queryKey: ["runs", "newest", filtersOf(search)] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/runs", { params: { query: { ...filtersOf(search), limit: PAGE } }, signal })),
  });

export const histogramQuery = (span: Span, dataset: string | undefined) =>
  queryOptions({
    queryKey: ["runs", "histogram", span.from.toISOString(), span.to.toISOString(), dataset ?? ""] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/runs/histogram", {
          params: {
            query: {
              from: span.from.toISOString(),
              to: span.to.toISOString(),
              ...(dataset && { dataset }),
            },
          },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });

export function isLive(run: Pick<Run, "state">): boolean {
  return run.state !== "succeeded" && run.state !== "failed" && run.state !== "cancelled";
}

export const runQuery = (id: number) =>
  queryOptions({
    queryKey: ["runs", "one", id] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/runs/{id}", { params: { path: { id } }, signal })),
    // Hints say that some run moved; that of a run that is over does not.
    refetchInterval: ({ state }) => (state.data && isLive(state.data) ? 5_000 : false),
  });

export function fetchLog(
  id: number,
  query: { attempt?: number; after?: string; limit?: number; q?: string },
  signal?: AbortSignal,
) {
  return unwrap(
    api.GET("/api/v1/runs/{id}/logs", { params: { path: { id }, query }, ...(signal && { signal }) }),
  );
}
