import { createFileRoute } from "@tanstack/react-router";
import { SettingsPage } from "@/features/settings/settings-page";
import { settingsSearch } from "@/features/settings/settings-search";

export const Route = createFileRoute("/_app/settings/$section")({
  validateSearch: settingsSearch,
  component: SettingsPage,
});
