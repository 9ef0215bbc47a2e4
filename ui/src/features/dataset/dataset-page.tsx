import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function DatasetPage() {
  return (
    <Page title="Dataset">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
