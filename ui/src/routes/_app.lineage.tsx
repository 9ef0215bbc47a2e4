import { createFileRoute } from "@tanstack/react-router";
import { LineagePage } from "@/features/lineage/lineage-page";
import { lineageSearch } from "@/features/lineage/lineage-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/lineage")({
  validateSearch: lineageSearch,
  search: withoutDefaults(lineageSearch),
  component: LineagePage,
});
