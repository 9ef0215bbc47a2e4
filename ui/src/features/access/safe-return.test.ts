import { expect, test } from "vitest";
import { safeReturn } from "./safe-return";

test.each(["/", "/datasets/dev_dau?p=2026-11-21", "/runs?state=failed"])("%s is a page", (path) => {
  expect(safeReturn(path)).toBe(path);
});

test.each([
  undefined,
  "",
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "/\t/evil.example",
  "/sign-in?return=/",
  "/api/v1/session",
])("%s is not", (path) => {
  expect(safeReturn(path)).toBe("/");
});
