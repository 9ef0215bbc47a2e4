import { createFileRoute } from "@tanstack/react-router";
import { RunsPage } from "@/features/runs/runs-page";
import { runsSearch } from "@/features/runs/runs-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/runs/")({
  validateSearch: runsSearch,
  search: withoutDefaults(runsSearch),
  component: RunsPage,
});
