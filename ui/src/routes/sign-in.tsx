import { createFileRoute } from "@tanstack/react-router";
import { SignInPage } from "@/features/access/sign-in-page";
import { signInSearch } from "@/features/access/sign-in-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/sign-in")({
  validateSearch: signInSearch,
  search: withoutDefaults(signInSearch),
  component: SignInPage,
});
