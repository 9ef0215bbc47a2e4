import { createFileRoute } from "@tanstack/react-router";
import { SettingsPage } from "@/features/settings/settings-page";
import { settingsSearch } from "@/features/settings/settings-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/settings/$section")({
  validateSearch: settingsSearch,
  search: withoutDefaults(settingsSearch),
  component: SettingsPage,
});
