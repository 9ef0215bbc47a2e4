import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";

/** Some of the answer may be of a moment ago when news of it come: it is looked at again without being told. */
const LOOK = 5_000;

export const overviewQuery = () =>
  queryOptions({
    queryKey: ["overview"] as const,
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/overview", { signal })),
    refetchInterval: LOOK,
  });
