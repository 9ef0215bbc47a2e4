import { screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { who } from "@/test/handlers/access";
import { open, textOf } from "@/test/render";

afterEach(() => {
  who.role = "admin";
});

test.each([
  ["provider", /Acme SSO could not be reached.*Try again in a minute/],
  ["browser", /without having begun.*keep cookies/],
  ["late", /took longer than ten minutes.*Begin again/],
  ["declined", /did not let you in.*ask whoever runs Acme SSO/],
  ["role", /no group of yours.*which group it takes/],
  ["disabled", /is disabled.*An admin can enable it/],
  ["login", /belongs to another account.*rename or remove/],
  ["constructor", /did not work.*the log of its server says why/],
])("who could not sign in elsewhere (%s) is told why, and what to do", async (word, words) => {
  who.role = null;
  open(`/sign-in?failed=${word}`);
  const alert = await screen.findByRole("alert");
  expect(textOf(alert)).toMatch(words);
  // There still is a way in.
  screen.getByRole("link", { name: "Continue with Acme SSO" });
});

test("nothing is said where nothing failed", async () => {
  who.role = null;
  open("/sign-in");
  await screen.findByRole("link", { name: "Continue with Acme SSO" });
  expect(screen.queryByRole("alert")).toBeNull();
});
