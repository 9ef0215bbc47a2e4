import { createFileRoute } from "@tanstack/react-router";
import { SlaPage } from "@/features/sla/sla-page";
import { slaSearch } from "@/features/sla/sla-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/sla")({
  validateSearch: slaSearch,
  search: withoutDefaults(slaSearch),
  component: SlaPage,
});
