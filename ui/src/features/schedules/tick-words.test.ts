import { describe, expect, it } from "vitest";
import { catchUpWords, foldedTicks, tickReason, timetableWords } from "./tick-words";

describe("what became of a tick", () => {
  it("says a known reason in words, and an unknown one as it is", () => {
    expect(tickReason({ reason: "paused", detail: null })).toBe("the schedule was paused");
    expect(tickReason({ reason: "eclipse", detail: null })).toBe("eclipse");
  });

  it("adds the detail, and lets it stand for the vague reason", () => {
    expect(tickReason({ reason: "paused", detail: "by ana" })).toBe("the schedule was paused: by ana");
    expect(tickReason({ reason: "nothing_to_make", detail: "no window closed" })).toBe("no window closed");
    expect(tickReason({ reason: null, detail: "waits for `orders` 2026-11-21" })).toBe(
      "waits for `orders` 2026-11-21",
    );
  });

  it("counts ticks only where there are several", () => {
    expect(foldedTicks({ ticks: 1 })).toBeNull();
    expect(foldedTicks({ ticks: 1440 })).toBe("1,440 ticks in a row");
  });

  it("says timetables alike, whoever wrote them", () => {
    expect(timetableWords("At 05:15.")).toBe("At 05:15");
    expect(timetableWords("when a window closes")).toBe("When a window closes");
    expect(timetableWords("")).toBe("");
  });

  it("says what is made up for", () => {
    expect(catchUpWords("latest")).toBe("makes up for the latest missed tick");
  });
});
