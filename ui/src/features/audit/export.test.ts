import { describe, expect, it } from "vitest";
import type { AuditEntry } from "@/lib/types";
import { csvField, gather, toCsv, toNdjson } from "./export";

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
  it("quotes what would break a line", () => {
    expect(csvField('say "hi", twice')).toBe('"say ""hi"", twice"');
    expect(csvField("two\nlines")).toBe('"two\nlines"');
    expect(csvField(null)).toBe("");
  });

  it("keeps a spreadsheet from running what strangers wrote", () => {
    expect(csvField('=HYPERLINK("http://x")')).toBe('"\'=HYPERLINK(""http://x"")"');
    expect(csvField("@sum")).toBe("'@sum");
    expect(csvField(-3)).toBe("-3");
  });

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

describe("gathering pages", () => {
  const pages = [[entry(1), entry(2)], [entry(3), entry(4)], [entry(5)]];
  const page = async (cursor: string | null) => {
    const index = Number(cursor ?? 0);
    return { items: pages[index] ?? [], next: index + 1 < pages.length ? String(index + 1) : null };
  };

  it("reads to the end", async () => {
    const heard: number[] = [];
    const gathered = await gather(page, (entries) => heard.push(entries));
    expect(gathered.entries.map((each) => each.id)).toEqual([1, 2, 3, 4, 5]);
    expect(gathered.complete).toBe(true);
    expect(heard).toEqual([2, 4, 5]);
  });

  it("stops at the limit and says so", async () => {
    const gathered = await gather(page, () => {}, 3);
    expect(gathered.entries.map((each) => each.id)).toEqual([1, 2, 3]);
    expect(gathered.complete).toBe(false);
  });
});
