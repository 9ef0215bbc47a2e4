import { createFileRoute } from "@tanstack/react-router";
import { LineagePage } from "@/features/lineage/lineage-page";
import { lineageSearch } from "@/features/lineage/lineage-search";

export const Route = createFileRoute("/_app/lineage")({
  validateSearch: lineageSearch,
  component: LineagePage,
});
