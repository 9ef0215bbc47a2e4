import { describe, expect, it } from "vitest";
import type { User } from "@/lib/types";
import {
  byObject,
  isLastAdmin,
  loginFault,
  passwordFault,
  reaches,
  scopeFault,
  scopeOf,
  scopeWords,
  wordsOf,
} from "./access";

const ALL = { all: true, prefixes: [], tags: [] };

function user(id: number, over: Partial<User> = {}): User {
  return {
    id,
    login: `u${id}`,
    name: `User ${id}`,
    role: "viewer",
    scope: ALL,
    disabled: false,
    via: "password",
    created_at: "2026-01-01T00:00:00Z",
    ...over,
  };
}

describe("roles", () => {
  it("hold all that the ones before them hold", () => {
    expect(reaches("editor", "operator")).toBe(true);
    expect(reaches("operator", "operator")).toBe(true);
    expect(reaches("viewer", "admin")).toBe(false);
  });

  it("keep the last admin who can sign in", () => {
    const [one, two] = [user(1, { role: "admin" }), user(2, { role: "admin", disabled: true })];
    expect(isLastAdmin(one, [one, two, user(3)])).toBe(true);
    expect(isLastAdmin(two, [one, two])).toBe(false);
    expect(isLastAdmin(one, [one, user(4, { role: "admin" })])).toBe(false);
  });
});

describe("scopes", () => {
  it("are said in words", () => {
    expect(scopeWords(ALL)).toBe("all datasets");
    expect(scopeWords({ all: false, prefixes: ["dev_"], tags: ["finance"] })).toBe(
      "datasets dev_… and tag finance",
    );
    expect(scopeWords({ all: false, prefixes: [], tags: [] })).toBe("nothing");
  });

  it("are read from what was typed", () => {
    expect(wordsOf(" dev_, crm_ dev_ ")).toEqual(["dev_", "crm_"]);
    expect(scopeOf(true, "dev_", "")).toEqual(ALL);
    expect(scopeFault(scopeOf(false, " ", ","))).toMatch(/at least one/);
    expect(scopeFault(scopeOf(false, "dev_", ""))).toBeNull();
  });
});

describe("forms", () => {
  it("say what is wrong before the server does", () => {
    expect(passwordFault("short", "ana")).toBe("At least 12 characters.");
    expect(passwordFault("123ananananana456", "Ananananana")).toBe("Must be more than the login.");
    expect(passwordFault("ana likes the tides", "Ana")).toBeNull();
    expect(passwordFault("x".repeat(129), "ana")).toBe("At most 128 characters.");
    expect(passwordFault("slow tides at noon", "ana")).toBeNull();
    expect(loginFault("ana silva")).not.toBeNull();
    expect(loginFault("")).not.toBeNull();
    expect(loginFault("ana@example.com")).toBeNull();
  });
});

describe("permissions", () => {
  it("are grouped by what they are about", () => {
    const permission = (action: string) => ({ action, role: "viewer" as const, about: "" });
    const groups = byObject([
      permission("run.read"),
      permission("backfill.create"),
      permission("run.cancel"),
    ]);
    expect(groups.map(([object, each]) => [object, each.length])).toEqual([
      ["backfill", 1],
      ["run", 2],
    ]);
  });
});
