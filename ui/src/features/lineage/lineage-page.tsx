import { getRouteApi } from "@tanstack/react-router";
import { DatasetLineage } from "./dataset-lineage";
import type { LineageSearch } from "./lineage-search";
import { VersionLineage } from "./version-lineage";

const route = getRouteApi("/_app/lineage");

export type SetLineage = (change: Partial<LineageSearch>, replace?: boolean) => void;

/** Which datasets are made from which; or, of one version of one partition, from which versions. */
export function LineagePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set: SetLineage = (change, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace, resetScroll: false });
  if (search.materialization !== undefined) {
    return (
      <VersionLineage key={search.materialization} id={search.materialization} search={search} set={set} />
    );
  }
  return <DatasetLineage search={search} set={set} />;
}
