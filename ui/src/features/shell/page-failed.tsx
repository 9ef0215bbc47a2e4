import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";

/** What is shown when a page itself breaks; the rest of the program goes on. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="This page could not be shown">
      <ErrorState what="This page could not be shown." error={error} retry={reset} />
    </Page>
  );
}
