import { createFileRoute } from "@tanstack/react-router";
import { NotFound } from "@/features/shell/not-found";

// All addresses without a page of their own: inside the shell, so that one can go on from here.
export const Route = createFileRoute("/_app/$")({ component: NotFound });
