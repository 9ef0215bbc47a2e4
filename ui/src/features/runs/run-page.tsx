import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function RunPage() {
  return (
    <Page title="Run">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
