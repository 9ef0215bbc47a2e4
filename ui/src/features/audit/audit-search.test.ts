import { describe, expect, it } from "vitest";
import { auditSearch, filterOf, instantOf, isFiltered } from "./audit-search";

const NOW = Date.parse("2026-11-22T06:00:00Z");

describe("the address of the audit log", () => {
  it("keeps what it knows and drops the rest", () => {
    expect(auditSearch({ actor: "ana", outcome: "eaten", span: "7d", entry: "12", x: "1" })).toEqual({
      actor: "ana",
      span: "7d",
      entry: 12,
    });
  });

  it("takes days that exist, with or without a time", () => {
    expect(instantOf("2026-11-22")).toBe("2026-11-22T00:00:00Z");
    expect(instantOf(" 2026-11-22 06:30 ")).toBe("2026-11-22T06:30:00Z");
    expect(instantOf("2026-02-30")).toBeNull();
    expect(instantOf("2026-11-22 25:00")).toBeNull();
    expect(instantOf("yesterday")).toBeNull();
    expect(auditSearch({ from: "soon" })).toEqual({});
  });

  it("becomes the filter of the server", () => {
    expect(filterOf({ kind: "pool", object: "crm", outcome: "done" }, NOW)).toEqual({
      object_kind: "pool",
      object: "crm",
      outcome: "done",
    });
    expect(filterOf({ span: "24h" }, NOW)).toEqual({ from: "2026-11-21T06:00:00.000Z" });
  });

  it("lets named ends win over a span", () => {
    expect(filterOf({ span: "24h", to: "2026-11-01" }, NOW)).toEqual({ to: "2026-11-01T00:00:00Z" });
  });

  it("does not take an open entry for a filter", () => {
    expect(isFiltered({ entry: 4, tz: "utc" })).toBe(false);
    expect(isFiltered({ actor: "ana" })).toBe(true);
  });
});
