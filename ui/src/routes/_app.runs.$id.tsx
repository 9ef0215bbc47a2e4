import { createFileRoute } from "@tanstack/react-router";
import { RunPage } from "@/features/runs/run-page";
import { runSearch } from "@/features/runs/run-search";

export const Route = createFileRoute("/_app/runs/$id")({
  validateSearch: runSearch,
  component: RunPage,
});
