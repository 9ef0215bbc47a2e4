import { describe, expect, it } from "vitest";
import type { AuditEntry } from "@/lib/types";
import { toCsv, toNdjson } from "./export";

function entry(id: number, over: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: "2026-11-22T06:00:00Z",
    actor: "ana",
    actor_kind: "user",
    action: "pool.change",
    object_kind: "pool",
    object: "crm",
    outcome: "done",
    reason: null,
    before: { slots: 4 },
    after: { slots: 8 },
    request: "r1",
    address: "10.0.0.7",
    ...over,
  };
}

describe("the exported file", () => {
  it("has a header, a line an entry, and JSON in before and after", () => {
    const lines = toCsv([entry(1), entry(2)]).split("\r\n");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^id,at,actor,/);
    expect(lines[1]).toContain('"{""slots"":4}"');
    expect(
      toNdjson([entry(1), entry(2)])
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toEqual([1, 2]);
  });
});
