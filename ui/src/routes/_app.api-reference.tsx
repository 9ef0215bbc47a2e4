import { createFileRoute } from "@tanstack/react-router";
import { ApiReferencePage } from "@/features/api-reference/api-reference-page";
import { apiReferenceSearch } from "@/features/api-reference/api-reference-search";

export const Route = createFileRoute("/_app/api-reference")({
  validateSearch: apiReferenceSearch,
  component: ApiReferencePage,
});
