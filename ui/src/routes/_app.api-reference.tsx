import { createFileRoute } from "@tanstack/react-router";
import { ApiReferencePage } from "@/features/api-reference/api-reference-page";
import { apiReferenceSearch } from "@/features/api-reference/api-reference-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/api-reference")({
  validateSearch: apiReferenceSearch,
  search: withoutDefaults(apiReferenceSearch),
  component: ApiReferencePage,
});
