import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Selection } from "@/lib/types";

// Keys begin with the topic that the live stream names, so that a hint finds what it is about.
const key = (name: string, ...rest: unknown[]) => ["dataset", name, ...rest] as const;

export const datasetQuery = (name: string) =>
  queryOptions({
    queryKey: key(name),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/datasets/{name}", { params: { path: { name } }, signal })),
  });

export const healthQuery = (name: string) =>
  queryOptions({
    queryKey: key(name, "health"),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/datasets/{name}/health", { params: { path: { name } }, signal })),
    // A million states need not be compared one by one with those before.
    structuralSharing: false,
  });

export const holdsQuery = (name: string) =>
  queryOptions({
    queryKey: key(name, "holds"),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/datasets/{name}/holds", { params: { path: { name } }, signal })),
  });

/** What is made when these partitions are, and what then follows from them. Asking changes nothing. */
export const effectQuery = (name: string, selection: Selection) =>
  queryOptions({
    queryKey: ["plan", "effect", name, selection] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.POST("/api/v1/backfills/plan", {
          body: {
            targets: [{ dataset: name, ranges: null, selection }],
            select: { missing: true, failed: true, stale: true, all: true },
            upstream: false,
            downstream: true,
            newest_first: true,
            concurrency: null,
            priority: 0,
            class: "late",
          },
          signal,
        }),
      ),
    staleTime: 30_000,
    retry: false,
  });

export const partitionQuery = (name: string, partition: string) =>
  queryOptions({
    queryKey: key(name, "partition", partition),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/datasets/{name}/partition", {
          params: { path: { name }, query: { key: partition } },
          signal,
        }),
      ),
  });

export const datasetRunsQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ["runs", { dataset: name }] as const,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/v1/runs", {
          params: { query: { dataset: name, limit: 50, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const previewQuery = (name: string, partition: string) =>
  queryOptions({
    queryKey: key(name, "preview", partition),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/datasets/{name}/preview", {
          params: { path: { name }, query: { key: partition, limit: 50 } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const materializationQuery = (id: number) =>
  queryOptions({
    queryKey: ["materialization", id] as const,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/materializations/{id}", { params: { path: { id } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const versionsQuery = (name: string) =>
  queryOptions({
    queryKey: key(name, "versions"),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/datasets/{name}/materializations", {
          params: { path: { name }, query: { limit: 50 } },
          signal,
        }),
      ),
  });

export const manifestQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: key(name, "manifest"),
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/v1/datasets/{name}/manifest", {
          params: { path: { name }, query: { limit: 100, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const slaBoardQuery = () =>
  queryOptions({
    queryKey: ["sla", "board"] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/slas", { signal })),
  });
