import { createFileRoute } from "@tanstack/react-router";
import { NewBackfillPage } from "@/features/backfills/new-backfill-page";
import { newBackfillSearch } from "@/features/backfills/new-backfill-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/backfills/new")({
  validateSearch: newBackfillSearch,
  search: withoutDefaults(newBackfillSearch),
  component: NewBackfillPage,
});
