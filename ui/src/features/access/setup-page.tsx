import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function SetupPage() {
  return (
    <Page title="Set up">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
