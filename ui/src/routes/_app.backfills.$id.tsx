import { createFileRoute } from "@tanstack/react-router";
import { BackfillPage } from "@/features/backfills/backfill-page";
import { backfillSearch } from "@/features/backfills/backfill-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/backfills/$id")({
  validateSearch: backfillSearch,
  search: withoutDefaults(backfillSearch),
  component: BackfillPage,
});
