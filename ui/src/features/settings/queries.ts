import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

export const usersQuery = () =>
  infiniteQueryOptions({
    queryKey: ["users", "list"] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 500, ...(pageParam !== undefined && { cursor: pageParam }) };
      return unwrap(api.GET("/api/v1/users", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const tokensQuery = (all: boolean) =>
  infiniteQueryOptions({
    queryKey: ["tokens", all] as const,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: 200,
        ...(all && { all }),
        ...(pageParam !== undefined && { cursor: pageParam }),
      };
      return unwrap(api.GET("/api/v1/tokens", { params: { query }, signal }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const permissionsQuery = () =>
  queryOptions({
    queryKey: ["permissions"] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/permissions", { signal })),
    staleTime: 60 * 60_000,
  });

export const mySessionsQuery = () =>
  queryOptions({
    queryKey: ["users", "me", "sessions"] as const,
    queryFn: async ({ signal }) =>
      (await unwrap(api.GET("/api/v1/users/me/sessions", { params: { query: { limit: 500 } }, signal })))
        .items,
  });

export const userSessionsQuery = (id: number) =>
  queryOptions({
    queryKey: ["users", id, "sessions"] as const,
    queryFn: async ({ signal }) => {
      const params = { path: { id }, query: { limit: 500 } };
      return (await unwrap(api.GET("/api/v1/users/{id}/sessions", { params, signal }))).items;
    },
  });
