import { expect, test } from "vitest";
import { age, bytes, count, countShort, duration, percent, plural } from "./format";

test.each([
  [0, "0 ms"],
  [0.366, "366 ms"],
  [0.9996, "1.0 s"],
  [9.96, "10 s"],
  [59.6, "1 m 00 s"],
  [3599.6, "1 h 00 m"],
  [3840, "1 h 04 m"],
  [90_000, "1 d 01 h"],
  [-12, "−12 s"],
])("%d seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [301_600, "301.6 kB"],
  [999_960, "1.0 MB"],
])("%d bytes are %s", (value, text) => expect(bytes(value)).toBe(text));

test("counts", () => {
  expect(count(2184)).toBe("2,184");
  expect(countShort(9999)).toBe("9,999");
  expect(countShort(1_200_345)).toBe("1.2M");
  expect(plural(1, "partition")).toBe("1 partition");
  expect(plural(2184, "partition")).toBe("2,184 partitions");
});

test("ages and shares never flatter", () => {
  expect(age(-3)).toBe("0 s");
  expect(age(7199)).toBe("1 h");
  expect(percent(0.99999)).toBe("99.9%");
  expect(percent(1)).toBe("100%");
});
