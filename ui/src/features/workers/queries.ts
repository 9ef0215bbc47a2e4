import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

// Beats and queues change all the time; hints of the live stream are for what happens, not for that.
const EVERY = 10_000;

export const workersQuery = () =>
  infiniteQueryOptions({
    queryKey: ["workers", "list"] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 500, ...(pageParam !== undefined && { cursor: pageParam }) };
      return unwrap(api.GET("/api/v1/workers", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: EVERY,
  });

export const poolsQuery = () =>
  queryOptions({
    queryKey: ["workers", "pools"] as const,
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET("/api/v1/pools", { params: { query: { limit: 500 } }, signal }))).items,
    refetchInterval: EVERY,
  });

export const queueQuery = () =>
  queryOptions({
    queryKey: ["workers", "queue"] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/queue", { signal })),
    refetchInterval: EVERY,
  });

export type Limit = number | null | "declared";

export function useChangeLimit(name: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (slots: Limit) =>
      unwrap(api.PATCH("/api/v1/pools/{name}", { params: { path: { name } }, body: { slots } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["workers"] }),
  });
}
