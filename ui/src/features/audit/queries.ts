import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { AuditFilter } from "./audit-search";

/** One page of the log, newest first. */
export function auditPage(filter: AuditFilter, cursor: string | null, limit: number, signal?: AbortSignal) {
  const query = { ...filter, limit, ...(cursor !== null && { cursor }) };
  return unwrap(api.GET("/api/v1/audit", { params: { query }, ...(signal && { signal }) }));
}

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => auditPage(filter, pageParam, 100, signal),
    getNextPageParam: (page) => page.next ?? null,
  });

/** One entry, for an address that names it wherever it is in the log. */
export const entryQuery = (id: number) =>
  queryOptions({
    queryKey: ["audit-entry", id] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/audit/{id}", { params: { path: { id } }, signal })),
    // What was written down never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });
