import { Link } from "@tanstack/react-router";
import { buttonClass } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Page } from "@/components/page";

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState
        title="There is no page at this address."
        action={
          <Link to="/" className={buttonClass("primary")}>
            Go to the overview
          </Link>
        }
      >
        The link may be cut off, or the thing it meant is gone.
      </EmptyState>
    </Page>
  );
}
