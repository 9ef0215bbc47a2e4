import { createFileRoute } from "@tanstack/react-router";
import { SignInPage } from "@/features/access/sign-in-page";
import { signInSearch } from "@/features/access/sign-in-search";

export const Route = createFileRoute("/sign-in")({
  validateSearch: signInSearch,
  component: SignInPage,
});
