import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { live } from "@/lib/live";
import { isMissingPart, reloadIfServed } from "@/lib/parts";
import { useStore } from "@/lib/store";
import { toast } from "@/lib/toasts";

/** What is shown when a page itself breaks, or does not arrive; the rest of the program goes on. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const missing = isMissingPart(error);
  // News that come again say that the server is back.
  const news = useStore(live).kind;
  useEffect(() => {
    if (missing && news !== "reconnecting") void reloadIfServed({ once: true });
  }, [missing, news]);
  const retry = async () => {
    if (missing) {
      const served = await reloadIfServed({ once: false });
      if (!served) toast("The server still does not answer.");
      return;
    }
    await router.invalidate();
    reset();
  };
  return (
    <Page title="This page could not be shown">
      <ErrorState
        what={missing ? "This page did not arrive." : "This page could not be shown."}
        error={error}
        retry={() => void retry()}
      />
    </Page>
  );
}
