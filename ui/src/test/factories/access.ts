import type { Session } from "@/lib/types";

// As the one table of the server says; each role may what those before it may.
const VIEWER = [
  "catalog.read",
  "run.read",
  "backfill.read",
  "schedule.read",
  "worker.read",
  "sla.read",
  "metrics.read",
  "live.read",
  "account.own",
];
const OPERATOR = [
  ...VIEWER,
  "data.read",
  "backfill.create",
  "backfill.control",
  "run.control",
  "job.control",
  "source.announce",
  "change.approve",
];
const EDITOR = [...OPERATOR, "pool.set", "audit.read", "settings.read"];
const ADMIN = [...EDITOR, "user.manage", "token.manage"];

/** Somebody who is signed in, one for each role. */
export const session = {
  admin: (): Session => make("admin", ADMIN),
  operator: (): Session => make("operator", OPERATOR),
  viewer: (): Session => make("viewer", VIEWER),
};

function make(role: Session["role"], may: string[]): Session {
  return {
    user: { id: 1, login: "ana", name: "Ana Silva" },
    role,
    may,
    scope: { all: true, prefixes: [], tags: [] },
    expires_at: "2026-11-23T08:00:00Z",
    idle_seconds: 28_800,
    environment: "staging",
    version: "0.4.0",
  };
}
