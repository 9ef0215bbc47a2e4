import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function SchedulesPage() {
  return (
    <Page title="Schedules">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
