import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function BackfillPage() {
  return (
    <Page title="Backfill">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
