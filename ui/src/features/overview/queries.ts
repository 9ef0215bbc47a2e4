import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

export const overviewQuery = () =>
  queryOptions({
    queryKey: ["overview"] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/overview", { signal })),
  });
