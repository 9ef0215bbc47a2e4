import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function CatalogPage() {
  return (
    <Page title="Datasets">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
