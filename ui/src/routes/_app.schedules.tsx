import { createFileRoute } from "@tanstack/react-router";
import { SchedulesPage } from "@/features/schedules/schedules-page";
import { schedulesSearch } from "@/features/schedules/schedules-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/schedules")({
  validateSearch: schedulesSearch,
  search: withoutDefaults(schedulesSearch),
  component: SchedulesPage,
});
