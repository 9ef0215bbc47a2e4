import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function LineagePage() {
  return (
    <Page title="Lineage">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
