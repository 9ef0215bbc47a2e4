import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function NewBackfillPage() {
  return (
    <Page title="New backfill">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
