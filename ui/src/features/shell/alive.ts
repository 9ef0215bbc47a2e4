/** Who keeps everything going, and whether they were heard of lately. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { Overview } from "@/lib/types";

export type Heard = Pick<Overview, "as_of" | "scheduler_seen_at" | "workers" | "workers_seen_at">;

/** A scheduler shows itself every half minute, and the server keeps what it heard for as long again. */
const SILENT = 90_000;
const CALM = 30_000;
const ALARMED = 5_000;

/** The first page asks the same; here little of it is kept, and it is asked seldom. */
export const heardQuery = () =>
  queryOptions({
    queryKey: ["heard"] as const,
    queryFn: async ({ signal }): Promise<Heard> => {
      const { as_of, scheduler_seen_at, workers, workers_seen_at } = await unwrap(
        api.GET("/api/v1/overview", { signal }),
      );
      return { as_of, scheduler_seen_at, workers, workers_seen_at };
    },
    staleTime: CALM,
    refetchInterval: ({ state }) =>
      state.error || (state.data && silent(state.data).length > 0) ? ALARMED : CALM,
  });

export interface Silent {
  who: "scheduler" | "worker";
  /** When one was last heard of, if ever. */
  since: string | null;
}

/** Who is not there. By the clock of the server: that of this computer may be off. */
export function silent(heard: Heard): Silent[] {
  const now = new Date(heard.as_of).getTime();
  const isSilent = (seen: string | null | undefined) => !seen || SILENT < now - new Date(seen).getTime();
  const found: Silent[] = [];
  if (isSilent(heard.scheduler_seen_at)) {
    found.push({ who: "scheduler", since: heard.scheduler_seen_at ?? null });
  }
  // Those that were all killed at once are counted until somebody notices.
  if (heard.workers === 0 || isSilent(heard.workers_seen_at)) {
    found.push({ who: "worker", since: heard.workers_seen_at ?? null });
  }
  return found;
}
