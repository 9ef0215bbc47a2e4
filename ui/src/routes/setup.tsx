import { createFileRoute } from "@tanstack/react-router";
import { SetupPage } from "@/features/access/setup-page";
import { setupSearch } from "@/features/access/setup-search";

export const Route = createFileRoute("/setup")({
  validateSearch: setupSearch,
  component: SetupPage,
});
