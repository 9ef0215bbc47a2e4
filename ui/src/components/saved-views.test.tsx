import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { remembered } from "@/lib/store";
import { saveView, viewSearch, views } from "@/lib/views";
import { open } from "@/test/render";

afterEach(() => views.set([]));

test("a view keeps what is filtered, and not what is looked at for a moment", () => {
  expect(viewSearch("?state=failed&tz=utc&entry=7")).toBe("?state=failed");
  expect(viewSearch("?tz=utc")).toBe("");
});

test("a view of the same name gives way", () => {
  saveView({ page: "/runs", name: "Mine", search: "?state=failed" });
  saveView({ page: "/audit", name: "Mine", search: "?actor=ana" });
  saveView({ page: "/runs", name: "Mine", search: "?hours=1" });
  expect(views.get()).toEqual([
    { page: "/audit", name: "Mine", search: "?actor=ana" },
    { page: "/runs", name: "Mine", search: "?hours=1" },
  ]);
});

test("filters get a name, and one comes back to them", async () => {
  const { router } = open("/runs?state=failed&hours=24");
  fireEvent.click(await screen.findByRole("button", { name: "Views" }));
  const sheet = await screen.findByRole("dialog", { name: "Saved views" });
  fireEvent.change(within(sheet).getByRole("textbox"), { target: { value: "Failed today" } });
  fireEvent.click(within(sheet).getByRole("button", { name: "Save this view" }));
  expect(JSON.parse(remembered("views") ?? "")).toEqual([
    { page: "/runs", name: "Failed today", search: "?state=failed&hours=24" },
  ]);
  // The button says which view this is.
  await screen.findByRole("button", { name: "Failed today", expanded: false });

  await router.navigate({ to: "/runs", search: {} });
  fireEvent.click(await screen.findByRole("button", { name: "Views" }));
  fireEvent.click(await screen.findByRole("button", { name: "Failed today" }));
  await waitFor(() => expect(router.state.location.href).toBe("/runs?state=failed&hours=24"));
  await screen.findByRole("button", { name: /Failed/, pressed: true });
});

test("a view is removed, and that can be undone", async () => {
  saveView({ page: "/backfills", name: "Active", search: "?state=active" });
  open("/backfills");
  fireEvent.click(await screen.findByRole("button", { name: "Views" }));
  fireEvent.click(await screen.findByRole("button", { name: "Remove the view Active" }));
  expect(views.get()).toEqual([]);
  fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(views.get()).toHaveLength(1);
});

test("the palette leads to a view", async () => {
  saveView({ page: "/backfills", name: "What is under way", search: "?state=active" });
  const { router } = open("/");
  await screen.findByRole("heading", { name: "Overview" });
  fireEvent.keyDown(window, { key: "k", ctrlKey: true });
  const field = await screen.findByRole("combobox", { name: /^Dataset, run/ });
  fireEvent.change(field, { target: { value: "under way" } });
  await screen.findByRole("option", { name: /What is under way.*View of Backfills/ });
  fireEvent.keyDown(field, { key: "Enter" });
  await waitFor(() => expect(router.state.location.href).toBe("/backfills?state=active"));
});
