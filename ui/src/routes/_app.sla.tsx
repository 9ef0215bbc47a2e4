import { createFileRoute } from "@tanstack/react-router";
import { SlaPage } from "@/features/sla/sla-page";
import { slaSearch } from "@/features/sla/sla-search";

export const Route = createFileRoute("/_app/sla")({
  validateSearch: slaSearch,
  component: SlaPage,
});
