import { createFileRoute } from "@tanstack/react-router";
import { BackfillsPage } from "@/features/backfills/backfills-page";
import { backfillsSearch } from "@/features/backfills/backfills-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/backfills/")({
  validateSearch: backfillsSearch,
  search: withoutDefaults(backfillsSearch),
  component: BackfillsPage,
});
