import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function RunsPage() {
  return (
    <Page title="Runs">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
