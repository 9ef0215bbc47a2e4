import { describe, expect, it } from "vitest";
import type { SlaStanding, SlaWindow } from "@/lib/types";
import { attainmentWords, budgetWords, columns, keeps, margin, marginWords, sentence } from "./standing";

const NOW = Date.parse("2026-11-22T06:00:00Z");

function window(over: Partial<SlaWindow> = {}): SlaWindow {
  return {
    dataset: "revenue",
    rule: "daily",
    partition: "2026-11-21",
    due_at: "2026-11-22T07:00:00Z",
    state: "on_track",
    ...over,
  };
}

function rule(name: string, over: Partial<SlaWindow> = {}): SlaStanding {
  const current = window({ dataset: name, ...over });
  return {
    rule: { id: `${name}:daily`, dataset: name, rule: "complete by 07:00" },
    state: current.state,
    current,
    recent: [],
    months: [],
  };
}

describe("the margin of a window", () => {
  it("is measured against now until it is complete", () => {
    expect(margin(window(), NOW)).toBe(3600);
    expect(marginWords(window(), NOW)).toBe("due in 1 h 00 m");
    expect(marginWords(window({ due_at: "2026-11-22T05:30:00Z" }), NOW)).toBe("30 m past due");
  });

  it("is measured against its completion after that, whatever the time is", () => {
    expect(marginWords(window({ completed_at: "2026-11-22T05:00:00Z" }), NOW)).toBe("2 h 00 m early");
    expect(marginWords(window({ completed_at: "2026-11-22T07:00:30Z" }), NOW)).toBe("30 s late");
    expect(marginWords(window({ completed_at: "2026-11-22T06:49:31Z" }), NOW)).toBe("10 m early");
  });
});

describe("the board", () => {
  const late = rule("late", { state: "late", due_at: "2026-11-22T05:00:00Z" });
  const missed = rule("missed", {
    state: "missed",
    due_at: "2026-11-22T01:00:00Z",
    completed_at: "2026-11-22T02:00:00Z",
  });
  const blocked = rule("blocked", { blocking: { dataset: "orders", text: "failed" } });
  const soon = rule("soon");
  const far = rule("far", { due_at: "2026-11-23T07:00:00Z" });
  const met = rule("met", { state: "met", completed_at: "2026-11-22T05:00:00Z" });

  it("puts what can still be helped first", () => {
    const found = columns([missed, far, soon, blocked, met, late], NOW);
    const names = (rules: SlaStanding[]) => rules.map((each) => each.rule.dataset);
    expect(names(found.missed)).toEqual(["late", "missed"]);
    expect(names(found.blocked)).toEqual(["blocked"]);
    expect(names(found.soon)).toEqual(["soon"]);
  });

  it("says how it stands in one sentence", () => {
    expect(sentence([late, missed, blocked, met], NOW)).toBe(
      "1 late, 1 missed, 1 not due yet but held up; the other 1 on time.",
    );
    expect(sentence([met, soon], NOW)).toBe("Nothing late. 1 of 2 met, the rest on track.");
    expect(sentence([met], NOW)).toBe("All 1 promise met.");
    expect(sentence([], NOW)).toBe("No dataset has a promise to keep.");
  });
});

describe("attainment and budget", () => {
  it("is held against the objective only where both are known", () => {
    const month = { month: "2026-11", met: 19, missed: 1, attainment: 0.95, budget_left: 0 };
    expect(keeps(month, 0.95)).toBe(true);
    expect(keeps(month, 0.96)).toBe(false);
    expect(keeps(month, null)).toBeNull();
    expect(keeps(null, 0.9)).toBeNull();
    expect(attainmentWords(null)).toBe("nothing due yet");
    expect(attainmentWords(month)).toBe("95.0%");
  });

  it("counts misses that are left", () => {
    expect(budgetWords(null)).toBe("no objective");
    expect(budgetWords(2)).toBe("2 misses left");
    expect(budgetWords(0)).toBe("used up");
    expect(budgetWords(-1)).toBe("1 miss over");
  });
});
