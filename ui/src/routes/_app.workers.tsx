import { createFileRoute } from "@tanstack/react-router";
import { WorkersPage } from "@/features/workers/workers-page";
import { workersSearch } from "@/features/workers/workers-search";

export const Route = createFileRoute("/_app/workers")({
  validateSearch: workersSearch,
  component: WorkersPage,
});
