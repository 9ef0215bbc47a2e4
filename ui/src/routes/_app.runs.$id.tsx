import { createFileRoute } from "@tanstack/react-router";
import { RunPage } from "@/features/runs/run-page";
import { runSearch } from "@/features/runs/run-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/runs/$id")({
  validateSearch: runSearch,
  search: withoutDefaults(runSearch),
  component: RunPage,
});
