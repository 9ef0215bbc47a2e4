import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, test } from "vitest";
import { aRun, manyRuns } from "@/test/factories/runs";
import { who } from "@/test/handlers/access";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";

afterEach(() => {
  who.role = "admin";
});

test("states are switches, and the address holds them", async () => {
  const { router } = open("/runs");
  await screen.findByRole("grid", { name: "Runs" });
  fireEvent.click(screen.getByRole("button", { name: "Failed" }));
  await waitFor(() => expect(router.state.location.search).toEqual({ state: "failed" }));
  expect(screen.getByRole("button", { name: "Failed" }).getAttribute("aria-pressed")).toBe("true");
  fireEvent.click(screen.getByRole("button", { name: "Clear the filters" }));
  await waitFor(() => expect(router.state.location.search).toEqual({}));
});

test("new runs are announced, and come in when asked for", async () => {
  let all = manyRuns(5);
  server.use(http.get("*/api/v1/runs", () => HttpResponse.json({ items: all, next: null })));
  const { cache } = open("/runs");
  await screen.findByRole("link", { name: "20000" });
  all = [...manyRuns(2).map((run) => ({ ...run, id: run.id + 2 })), ...all];
  await cache.invalidateQueries({ queryKey: ["runs"] });
  const pill = await screen.findByRole("button", { name: "2 new runs: show" });
  expect(screen.queryByRole("link", { name: "20002" })).toBeNull();
  fireEvent.click(pill);
  await screen.findByRole("link", { name: "20002" });
});

test("a filter that leaves nothing can be cleared", async () => {
  server.use(http.get("*/api/v1/runs", () => HttpResponse.json({ items: [], next: null })));
  open("/runs?state=failed");
  await screen.findByText("No run matches.");
});

test("hours back are in the address, and asked for as an instant", async () => {
  const asked: (string | null)[] = [];
  server.use(
    http.get("*/api/v1/runs", ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("from"));
      return HttpResponse.json({ items: [], next: null });
    }),
  );
  open("/runs?hours=24");
  await screen.findByText(/Not in this span of time/);
  expect(new Set(asked)).toEqual(new Set(["2026-11-21T06:14:00.000Z"]));
  expect(screen.getByRole("combobox", { name: "Started" }).textContent).toContain("last 24 hours");
});

test("a waiting run says on what, and when it may start", async () => {
  open("/runs/1005");
  const wait = await screen.findByRole("region", { name: "Why it waits" });
  expect(textOf(wait)).toContain("Pool warehouse is full");
  expect(wait.textContent).toMatch(/12 in front of it\. Expected to start/);
});

test("a run that failed says which later run made good for it, or is about to", async () => {
  const at = "2026-11-22T05:30:00Z";
  const state = {
    mended_by: { run: 1042, at },
    made_again_by: null as { run: number; state: string } | null,
  };
  server.use(http.get("*/api/v1/runs/1002", () => HttpResponse.json({ ...aRun.failed(1002), ...state })));
  const { cache } = open("/runs/1002");
  const link = await screen.findByRole("link", { name: "run 1042" });
  expect(link.getAttribute("href")).toContain("/runs/1042");
  expect(link.parentElement?.textContent).toMatch(/^Mended by run 1042 at 22 Nov/);
  Object.assign(state, { mended_by: null, made_again_by: { run: 1043, state: "waiting" } });
  await cache.invalidateQueries({ queryKey: ["runs"] });
  await screen.findByRole("link", { name: "run 1043" });
  expect(screen.queryByRole("link", { name: "run 1042" })).toBeNull();
  expect(screen.getByText(/Being made again by/).textContent).toContain("run 1043, which is waiting.");
});

test("a failed run shows its code and its attempts side by side", async () => {
  open("/runs/1002");
  const error = await screen.findByRole("region", { name: "Error" });
  fireEvent.click(within(error).getByRole("button", { name: "TM0401" }));
  const page = await screen.findByRole("dialog", { name: "TM0401: an attempt took too much memory" });
  expect(textOf(page)).toMatch(/What to doGive it more with \.memory\(…\)\./);
  fireEvent.click(within(page).getByRole("button", { name: "Close" }));
  const table = screen.getByRole("table");
  expect(
    within(table)
      .getAllByRole("columnheader")
      .map((cell) => cell.textContent),
  ).toEqual(["Attempt 1", "Attempt 2", "Attempt 3"]);
});

test("cancelling asks first; a viewer sees why not", async () => {
  const cancelled: unknown[] = [];
  server.use(
    http.post("*/api/v1/runs/:id/cancel", ({ params }) => {
      cancelled.push(params.id);
    }),
  );
  const { unmount } = open("/runs/1003");
  fireEvent.click(await screen.findByRole("button", { name: "Cancel run…" }));
  const dialog = await screen.findByRole("dialog", { name: "Cancel run 1003?" });
  fireEvent.click(within(dialog).getByRole("button", { name: "Cancel run 1003" }));
  await waitFor(() => expect(cancelled).toEqual(["1003"]));
  unmount();
  who.role = "viewer";
  open("/runs/1003");
  const button = await screen.findByRole("button", { name: /^Cancel run….*Your role, viewer/ });
  expect(button.getAttribute("aria-disabled")).toBe("true");
});

test("inputs with newer versions are told, with what to do about it", async () => {
  open("/runs/1001?tab=versions");
  await screen.findByText("1 input of this run has a newer version now.");
  expect(screen.getByRole("link", { name: "Make it again" }).getAttribute("href")).toBe(
    "/backfills/new?dataset=dev_sessions_daily&ranges=2026-11-21&select=stale",
  );
  expect(screen.getByRole("link", { name: "1250" }).getAttribute("href")).toBe(
    "/lineage?materialization=1250",
  );
});

test("a run that is not there is said to be gone", async () => {
  open("/runs/99999999");
  await screen.findByText("There is no run 99999999.");
});
