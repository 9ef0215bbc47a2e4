import { createFileRoute } from "@tanstack/react-router";
import { OverviewPage } from "@/features/overview/overview-page";
import { overviewSearch } from "@/features/overview/overview-search";

export const Route = createFileRoute("/_app/")({
  validateSearch: overviewSearch,
  component: OverviewPage,
});
