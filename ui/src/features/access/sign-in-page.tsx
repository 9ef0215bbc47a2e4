import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function SignInPage() {
  return (
    <Page title="Sign in">
      <EmptyState title="This page is not there yet." />
    </Page>
  );
}
