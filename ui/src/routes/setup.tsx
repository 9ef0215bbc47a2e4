import { createFileRoute } from "@tanstack/react-router";
import { SetupPage } from "@/features/access/setup-page";
import { setupSearch } from "@/features/access/setup-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/setup")({
  validateSearch: setupSearch,
  search: withoutDefaults(setupSearch),
  component: SetupPage,
});
