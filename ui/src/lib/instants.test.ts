import { expect, test } from "vitest";
import { instant, interval, zoneFor } from "./instants";

const now = new Date("2026-11-22T12:00:00Z");

test("an instant has its zone, and its year when it is not this one", () => {
  expect(instant(new Date("2026-11-22T05:00:00Z"), "Europe/Berlin", now)).toBe("22 Nov 06:00 CET");
  expect(instant(new Date("2025-07-01T05:00:00Z"), "UTC", now)).toBe("1 Jul 2025 05:00 UTC");
  expect(instant(new Date("2026-11-22T05:00:00Z"), "UTC", now, { brief: true, zoneless: true })).toBe(
    "05:00",
  );
});

test("the hour that happens twice has two names", () => {
  expect(instant(new Date("2026-10-25T00:30:00Z"), "Europe/Berlin", now)).toBe("25 Oct 02:30 CEST");
  expect(instant(new Date("2026-10-25T01:30:00Z"), "Europe/Berlin", now)).toBe("25 Oct 02:30 CET");
});

test("an interval says where it ends", () => {
  const from = new Date("2026-11-22T05:00:00Z");
  expect(interval(from, new Date("2026-11-22T06:00:00Z"), "UTC", now)).toBe("22 Nov 05:00–06:00 UTC");
  expect(interval(from, new Date("2026-11-23T05:00:00Z"), "UTC", now)).toBe(
    "22 Nov 05:00 – 23 Nov 05:00 UTC",
  );
});

test("without a dataset its zone is the reader's", () => {
  expect(zoneFor("dataset", "Asia/Tokyo")).toBe("Asia/Tokyo");
  expect(zoneFor("utc", "Asia/Tokyo")).toBe("UTC");
});
