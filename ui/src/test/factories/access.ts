import type { Session } from "@/lib/types";

const OPERATOR = [
  "backfill.create",
  "backfill.change",
  "backfill.cancel",
  "run.cancel",
  "run.retry",
  "dataset.pause",
  "schedule.pause",
  "job.control",
];
const ADMIN = [
  ...OPERATOR,
  "dataset.approve",
  "pool.change",
  "pool.set",
  "user.manage",
  "token.manage",
  "audit.read",
];

/** Somebody who is signed in, one for each role. */
export const session = {
  admin: (): Session => make("admin", ADMIN),
  operator: (): Session => make("operator", OPERATOR),
  viewer: (): Session => make("viewer", []),
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
