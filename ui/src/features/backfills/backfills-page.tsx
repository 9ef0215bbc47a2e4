import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function BackfillsPage() {
  return (
    <Page title="Backfills">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
