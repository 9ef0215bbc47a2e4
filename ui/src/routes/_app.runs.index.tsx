import { createFileRoute } from "@tanstack/react-router";
import { RunsPage } from "@/features/runs/runs-page";
import { runsSearch } from "@/features/runs/runs-search";

export const Route = createFileRoute("/_app/runs/")({
  validateSearch: runsSearch,
  component: RunsPage,
});
