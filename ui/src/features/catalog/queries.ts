import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { catalogSearch } from "./catalog-search";

export type CatalogSearch = ReturnType<typeof catalogSearch>;

/** One page of what the filters leave. */
export function catalogPage(search: CatalogSearch, cursor: string, limit: number, signal: AbortSignal) {
  const { q, state, kind, owner, tag, sort = "state" } = search;
  return unwrap(
    api.GET("/api/v1/datasets", {
      params: {
        query: {
          limit,
          sort,
          ...(q && { q }),
          ...(state && { state }),
          ...(kind && { kind }),
          ...(owner && { owner: owner.join(",") }),
          ...(tag && { tag: tag.join(",") }),
          ...(cursor && { cursor }),
        },
      },
      signal,
    }),
  );
}

export const catalogQuery = (search: CatalogSearch) => {
  const { q, state, kind, owner, tag, sort = "state" } = search;
  return infiniteQueryOptions({
    queryKey: ["datasets", { q, state, kind, owner, tag, sort }] as const,
    queryFn: ({ signal, pageParam }) => catalogPage(search, pageParam, 200, signal),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
};
