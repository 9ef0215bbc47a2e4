import { createFileRoute, redirect } from "@tanstack/react-router";
import { NotFound } from "@/features/shell/not-found";
import { PageFailed } from "@/features/shell/page-failed";
import { Shell } from "@/features/shell/shell";
import { ApiError } from "@/lib/problem";
import { sessionQuery } from "@/lib/session";

export const Route = createFileRoute("/_app")({
  // Nothing of the program is asked for before it is known who asks.
  beforeLoad: async ({ context, location }) => {
    try {
      await context.cache.ensureQueryData(sessionQuery());
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        throw redirect({ to: "/sign-in", search: { return: location.href } });
      }
      throw error;
    }
  },
  // Without the shell there is nothing to keep in view; only a slow answer is worth a word.
  pendingMs: 1000,
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: PageFailed,
});
