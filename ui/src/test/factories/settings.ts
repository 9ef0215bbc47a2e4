import type { Permission, SessionRow, Settings, Token, User } from "@/lib/types";
import { minutes } from "./moments";

const ALL = { all: true, prefixes: [], tags: [] };
const DAY = 1440;

function makeUser(id: number, login: string, name: string, over: Partial<User> = {}): User {
  return {
    id,
    login,
    name,
    role: "viewer",
    scope: ALL,
    disabled: false,
    via: "password",
    created_at: minutes(-DAY * 300),
    last_seen_at: minutes(-30),
    ...over,
  };
}

export const user = {
  admin: () => makeUser(1, "ana", "Ana Silva", { role: "admin", last_seen_at: minutes(-1) }),
  editor: () =>
    makeUser(2, "ben", "Ben Okafor", {
      role: "editor",
      scope: { all: false, prefixes: ["dev_", "crm_"], tags: [] },
    }),
  operator: () =>
    makeUser(3, "chiara.rossi@example.com", "Chiara Rossi", {
      role: "operator",
      via: "oidc",
      last_seen_at: minutes(-DAY * 2),
    }),
  viewer: () =>
    makeUser(4, "dmitri", "Dmitri Volkov", {
      scope: { all: false, prefixes: [], tags: ["finance"] },
      last_seen_at: null,
    }),
  disabled: () => makeUser(5, "eve", "Eve Moreau", { disabled: true, last_seen_at: minutes(-DAY * 90) }),
};

export const users = (): User[] => [
  user.admin(),
  user.editor(),
  user.operator(),
  user.viewer(),
  user.disabled(),
];

export const sessionRow = {
  current: (): SessionRow => ({
    id: 1,
    created_at: minutes(-120),
    seen_at: minutes(-0.5),
    expires_at: minutes(DAY * 6),
    address: "10.20.0.14",
    agent: "Firefox 145 on Linux",
    current: true,
  }),
  other: (): SessionRow => ({
    id: 2,
    created_at: minutes(-DAY * 3),
    seen_at: minutes(-DAY),
    expires_at: minutes(DAY * 4),
    address: "10.20.0.77",
    agent: "Safari 26 on iPhone",
    current: false,
  }),
};

const ana = { id: 1, login: "ana", name: "Ana Silva" };

function makeToken(id: number, name: string, over: Partial<Token> = {}): Token {
  return {
    id,
    name,
    prefix: `tm_${(id * 7919).toString(36)}`,
    role: "operator",
    scope: ALL,
    owner: ana,
    created_at: minutes(-DAY * 60),
    expires_at: minutes(DAY * 120),
    last_used_at: minutes(-12),
    revoked_at: null,
    ...over,
  };
}

export const token = {
  active: () => makeToken(1, "ci"),
  ending: () =>
    makeToken(2, "dashboards", {
      role: "viewer",
      expires_at: minutes(DAY * 5),
      scope: { all: false, prefixes: [], tags: ["finance"] },
    }),
  unused: () =>
    makeToken(3, "notebook of ben", {
      owner: { id: 2, login: "ben", name: "Ben Okafor" },
      last_used_at: null,
    }),
  expired: () =>
    makeToken(4, "migration", { expires_at: minutes(-DAY * 2), last_used_at: minutes(-DAY * 9) }),
  revoked: () =>
    makeToken(5, "old laptop", { revoked_at: minutes(-DAY * 30), last_used_at: minutes(-DAY * 31) }),
};

export const tokens = (): Token[] => [
  token.active(),
  token.ending(),
  token.unused(),
  token.expired(),
  token.revoked(),
];

const permission = (action: string, role: Permission["role"], about: string): Permission => ({
  action,
  role,
  about,
});

export const permissions = (): Permission[] => [
  permission("catalog.read", "viewer", "see datasets, their partitions and how they follow from each other"),
  permission("run.read", "viewer", "see runs, attempts and what they wrote"),
  permission("backfill.read", "viewer", "see backfills, and plan one without applying it"),
  permission("data.read", "operator", "see rows and files of partitions"),
  permission("backfill.create", "operator", "apply a plan"),
  permission("backfill.control", "operator", "pause, resume, cancel and reorder backfills"),
  permission("run.control", "operator", "cancel runs and have them again"),
  permission("job.control", "operator", "pause and resume jobs and schedules"),
  permission("change.approve", "operator", "let held changes go"),
  permission("pool.set", "editor", "change how many slots a pool has"),
  permission("audit.read", "editor", "see who did what"),
  permission("settings.read", "editor", "see how it is set up and what is wrong with it"),
  permission("user.manage", "admin", "say who may what"),
  permission("token.manage", "admin", "see and revoke the tokens of others"),
];

export const settings = {
  sound: (): Settings => ({
    environment: "staging",
    version: "0.4.0",
    database: { version: "PostgreSQL 17.2" },
    lake: "s3://acme-lake/tidemill",
    retention: {
      "superseded versions": "30 days",
      "runs and attempts": "400 days",
      logs: "90 days",
      "audit log": "for ever",
    },
    webhook: { configured: true, host: "hooks.example.com" },
    doctor: [],
    housekeeping: [
      { name: "expire leases", last_ok_at: minutes(-0.2), last_error: null },
      { name: "expire versions", last_ok_at: minutes(-44), last_error: null },
      { name: "drop old history", last_ok_at: minutes(-380), last_error: null },
    ],
  }),
  troubled: (): Settings => ({
    ...settings.sound(),
    doctor: [
      {
        severity: "wrong",
        rule: "heads-exist",
        fault: "2 published files are not in the lake",
        advice: "make the partitions again: `tidemill backfill dev_rows 2026-09-03 --all`",
        examples: ["dev_rows/2026-09-03/1314-1.parquet", "dev_rows/2026-09-04/1315-1.parquet"],
      },
      {
        severity: "watch",
        rule: "clock",
        fault: "the clock of mill-3 is 1.8 s ahead of the database",
        advice: "look at its time service",
        examples: [],
      },
    ],
    housekeeping: [
      { name: "expire leases", last_ok_at: minutes(-0.2), last_error: null },
      {
        name: "expire versions",
        last_ok_at: minutes(-1_900),
        last_error: "the object store answered 403 to DELETE",
      },
      { name: "drop old history", last_ok_at: null, last_error: null },
    ],
  }),
};
