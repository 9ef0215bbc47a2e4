import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./api";

/** How this installation is set up; several areas show a part of it. */
export const settingsQuery = () =>
  queryOptions({
    queryKey: ["settings"] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/settings", { signal })),
    staleTime: 60_000,
  });
