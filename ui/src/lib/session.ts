import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "./api";

export const sessionQuery = () =>
  queryOptions({
    queryKey: ["session"] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/session", { signal })),
    staleTime: 60_000,
    retry: false,
  });

/** Who is signed in; nothing before the answer is there. */
export function useSession() {
  return useQuery(sessionQuery()).data;
}
