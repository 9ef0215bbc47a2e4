import { createFileRoute } from "@tanstack/react-router";
import { OverviewPage } from "@/features/overview/overview-page";
import { overviewSearch } from "@/features/overview/overview-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/")({
  validateSearch: overviewSearch,
  search: withoutDefaults(overviewSearch),
  component: OverviewPage,
});
