import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "./api";

/** The zone of each dataset by its name. It is declared with the job, so that it does not change by itself. */
export const zonesQuery = () =>
  queryOptions({
    queryKey: ["zones"] as const,
    queryFn: async ({ signal }) => {
      const zones = new Map<string, string>();
      let cursor: string | null | undefined;
      do {
        const query = { limit: 500, ...(cursor && { cursor }) };
        const page = await unwrap(api.GET("/api/v1/datasets", { params: { query }, signal }));
        for (const { name, zone } of page.items) zones.set(name, zone);
        cursor = page.next;
      } while (cursor);
      return zones;
    },
    staleTime: 30 * 60_000,
    gcTime: Number.POSITIVE_INFINITY,
  });

/** The zone of these datasets, if they are all of one and it is known. */
export function useZoneOf(datasets: readonly string[]): string | undefined {
  const { data } = useQuery({ ...zonesQuery(), enabled: datasets.length > 0 });
  const zones = new Set(datasets.map((name) => data?.get(name)));
  return zones.size === 1 ? [...zones][0] : undefined;
}

/** Which datasets there are, once that is known; nothing for who does not want to know. */
export function useDatasets(wanted: boolean): ReadonlyMap<string, string> | undefined {
  return useQuery({ ...zonesQuery(), enabled: wanted }).data;
}
