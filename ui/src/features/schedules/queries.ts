import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import { addDays } from "@/lib/civil";
import type { TickState } from "@/lib/states";

export const schedulesQuery = () =>
  infiniteQueryOptions({
    queryKey: ["schedules", "list"] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 500, ...(pageParam !== undefined && { cursor: pageParam }) };
      return unwrap(api.GET("/api/v1/schedules", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const ticksQuery = (dataset: string, state: TickState | undefined) =>
  infiniteQueryOptions({
    queryKey: ["schedules", "ticks", dataset, state ?? "all"] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: 100,
        ...(state !== undefined && { state }),
        ...(pageParam !== undefined && { cursor: pageParam }),
      };
      const params = { path: { dataset }, query };
      return unwrap(api.GET("/api/v1/schedules/{dataset}/ticks", { params, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** What is planned and what became of it, from the first day to the last; both are in the answer. */
export const calendarQuery = (by: "day" | "hour", from: string, last: string, zone: string) =>
  queryOptions({
    queryKey: ["schedules", "calendar", by, from, last, zone] as const,
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/calendar", { params: { query: { from, to: addDays(last, 1), zone, by } }, signal }),
      ),
    // Days say nothing about hours: only what was counted alike stands in for what is on its way.
    placeholderData: (old, query) => (query?.queryKey[2] === by ? old : undefined),
  });

/** Pauses or resumes a schedule; what is running goes on either way. */
export function usePause() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ dataset, pause }: { dataset: string; pause: boolean }) => {
      const params = { path: { dataset } };
      return pause
        ? unwrap(api.POST("/api/v1/schedules/{dataset}/pause", { params }))
        : unwrap(api.POST("/api/v1/schedules/{dataset}/resume", { params }));
    },
    onSuccess: () => cache.invalidateQueries({ queryKey: ["schedules"] }),
  });
}
