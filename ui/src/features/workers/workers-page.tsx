import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function WorkersPage() {
  return (
    <Page title="Workers">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
