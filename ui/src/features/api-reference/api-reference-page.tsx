import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function ApiReferencePage() {
  return (
    <Page title="API reference">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
