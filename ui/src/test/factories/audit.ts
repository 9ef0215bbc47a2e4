import type { AuditEntry } from "@/lib/types";
import { minutes } from "./moments";

let ids = 1_204_331;

function make(over: Partial<AuditEntry>): AuditEntry {
  ids -= 1;
  return {
    id: ids,
    at: minutes((ids - 1_204_331) * 17),
    actor: "ana",
    actor_kind: "user",
    action: "backfill.create",
    object_kind: "backfill",
    object: "9061",
    outcome: "done",
    reason: null,
    before: null,
    after: null,
    request: `01JD9Z${ids.toString(36).toUpperCase()}`,
    address: "10.20.0.14",
    ...over,
  };
}

/** An entry of each kind. */
export const entry = {
  limit: () =>
    make({
      action: "pool.change",
      object_kind: "pool",
      object: "warehouse",
      before: { slots: 12, overridden: false },
      after: { slots: 8, overridden: true },
    }),
  refused: () =>
    make({
      actor: "eve",
      action: "run.cancel",
      object_kind: "run",
      object: "48211",
      outcome: "refused",
      reason: "the role viewer does not include run.cancel",
    }),
  signIn: () =>
    make({
      actor: "root",
      actor_kind: "anonymous",
      action: "session.create",
      object_kind: "session",
      object: "root",
      outcome: "refused",
      reason: "name and password do not belong together",
      address: "203.0.113.9",
    }),
  user: () =>
    make({
      action: "user.change",
      object_kind: "user",
      object: "ben",
      before: { role: "viewer", scope: { all: false, prefixes: ["dev_"], tags: [] }, disabled: false },
      after: { role: "editor", scope: { all: false, prefixes: ["dev_", "crm_"], tags: [] }, disabled: false },
    }),
  token: () =>
    make({
      actor: "ci",
      actor_kind: "token",
      after: { targets: [{ dataset: "dev_dau", ranges: "2026-09" }], runs: 30 },
    }),
  system: () =>
    make({
      actor: "scheduler",
      actor_kind: "system",
      action: "housekeeping.expire",
      object_kind: "materialization",
      object: "1200 versions",
      address: "",
    }),
  failed: () =>
    make({
      action: "schedule.pause",
      object_kind: "schedule",
      object: "dev_dau",
      outcome: "failed",
      reason: "the database did not answer in time",
    }),
};

export const entries = (): AuditEntry[] =>
  Array.from({ length: 24 }, () => [
    entry.limit(),
    entry.token(),
    entry.refused(),
    entry.user(),
    entry.signIn(),
    entry.system(),
    entry.failed(),
  ]).flat();
