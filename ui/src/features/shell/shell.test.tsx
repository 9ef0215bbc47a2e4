import { fireEvent, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { theme } from "@/lib/preferences";
import { open } from "@/test/render";
import { server } from "@/test/server";

test("an address without a page is told inside the shell", async () => {
  open("/no-such-page");
  await screen.findByRole("heading", { name: "Not found" });
  screen.getByRole("navigation", { name: "Areas" });
});

test("what is typed right after the palette was asked for is typed into it", async () => {
  open("/");
  await screen.findByRole("heading", { name: "Overview" });
  const before = theme.get();
  fireEvent.keyDown(window, { key: "k", ctrlKey: true });
  // The palette itself has not been fetched yet.
  const waiting = await screen.findByRole("textbox", { name: /^Dataset, run number/ });
  expect(document.activeElement).toBe(waiting);
  fireEvent.keyDown(waiting, { key: "t" });
  fireEvent.change(waiting, { target: { value: "ret" } });
  const palette = await screen.findByRole<HTMLInputElement>("combobox", { name: /^Dataset, run number/ });
  expect(palette.value).toBe("ret");
  expect(document.activeElement).toBe(palette);
  expect(theme.get()).toBe(before);
});

test("the palette leaves out what has no such number", async () => {
  server.use(
    http.get("*/api/v1/backfills/1308", () =>
      HttpResponse.json({ error: { code: "TM0604", message: "there is no backfill 1308" } }, { status: 404 }),
    ),
  );
  open("/");
  await screen.findByRole("heading", { name: "Overview" });
  fireEvent.keyDown(window, { key: "k", ctrlKey: true });
  const palette = await screen.findByRole("combobox", { name: /^Dataset, run number/ });
  fireEvent.change(palette, { target: { value: "1308" } });
  await screen.findByRole("option", { name: /1308\s*Run/ });
  await waitFor(() => expect(screen.queryByRole("option", { name: /1308\s*Backfill/ })).toBeNull());
});
