import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { api, unwrap } from "@/lib/api";
import type { catalogSearch } from "./catalog-search";

export type CatalogSearch = ReturnType<typeof catalogSearch>;

export const catalogQuery = (search: CatalogSearch) => {
  const { q, state, kind, owner, tag, sort = "state" } = search;
  return infiniteQueryOptions({
    queryKey: ["datasets", { q, state, kind, owner, tag, sort }] as const,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET("/api/v1/datasets", {
          params: {
            query: {
              limit: 200,
              sort,
              ...(q && { q }),
              ...(state && { state: state.join(",") }),
              ...(kind && { kind: kind.join(",") }),
              ...(owner && { owner: owner.join(",") }),
              ...(tag && { tag: tag.join(",") }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
};
