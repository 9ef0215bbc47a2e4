import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function SlaPage() {
  return (
    <Page title="SLA">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
