import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

export const slasQuery = () =>
  queryOptions({
    queryKey: ["sla", "board"] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/slas", { signal })),
    // Time alone makes a promise late, so the board asks again when nothing hints at it.
    refetchInterval: 60_000,
  });

export const slaWindowsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["sla", "windows", id] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 100, ...(pageParam !== undefined && { cursor: pageParam }) };
      return unwrap(api.GET("/api/v1/slas/{id}/windows", { params: { path: { id }, query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const deliveriesQuery = () =>
  infiniteQueryOptions({
    queryKey: ["sla", "deliveries"] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 100, ...(pageParam !== undefined && { cursor: pageParam }) };
      return unwrap(api.GET("/api/v1/slas/deliveries", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
