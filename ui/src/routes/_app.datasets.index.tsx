import { createFileRoute } from "@tanstack/react-router";
import { CatalogPage } from "@/features/catalog/catalog-page";
import { catalogSearch } from "@/features/catalog/catalog-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/datasets/")({
  validateSearch: catalogSearch,
  search: withoutDefaults(catalogSearch),
  component: CatalogPage,
});
