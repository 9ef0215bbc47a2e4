import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

// Under the topic of datasets: when one of them moves, the states of the graph do, too.
export const graphQuery = (query: { focus?: string; up?: number; down?: number }) =>
  queryOptions({
    queryKey: ["datasets", "lineage", query] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/lineage", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });

export const versionQuery = (id: number) =>
  queryOptions({
    queryKey: ["materialization", id] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/materializations/{id}", { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

const DEPTH = 20;

export const versionGraphQuery = (id: number, direction: "up" | "down") =>
  queryOptions({
    queryKey: ["materialization", id, "lineage", direction] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/materializations/{id}/lineage", {
          params: { path: { id }, query: { direction, depth: DEPTH } },
          signal,
        }),
      ),
  });
