import { createFileRoute } from "@tanstack/react-router";
import { WorkersPage } from "@/features/workers/workers-page";
import { workersSearch } from "@/features/workers/workers-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/workers")({
  validateSearch: workersSearch,
  search: withoutDefaults(workersSearch),
  component: WorkersPage,
});
