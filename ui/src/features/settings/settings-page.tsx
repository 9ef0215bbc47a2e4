import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function SettingsPage() {
  return (
    <Page title="Settings">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
