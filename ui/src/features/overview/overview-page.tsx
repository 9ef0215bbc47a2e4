import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function OverviewPage() {
  return (
    <Page title="Overview">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
