import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./problem";

/** The cache of what the server said. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        gcTime: 5 * 60_000,
        // A refusal stays one; only silence and faults of the server are worth asking again.
        retry: (times, error) =>
          times < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 502),
        retryDelay: (times) => 500 * 2 ** times,
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  });
}
