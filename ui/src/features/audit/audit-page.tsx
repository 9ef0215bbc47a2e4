import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function AuditPage() {
  return (
    <Page title="Audit">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
