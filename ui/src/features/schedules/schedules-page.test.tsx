import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, it } from "vitest";
import { who } from "@/test/handlers/access";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";

afterEach(() => {
  who.role = "admin";
});

it("pauses a schedule only after it was said what that means", async () => {
  const paused: string[] = [];
  server.use(
    http.post("*/api/v1/schedules/:dataset/pause", ({ params }) => {
      paused.push(String(params.dataset));
      return HttpResponse.json({});
    }),
  );
  open("/schedules");
  fireEvent.click(await screen.findByRole("button", { name: "Pause the schedule of dev_dau" }));
  const dialog = await screen.findByRole("dialog");
  expect(textOf(dialog)).toContain("Runs that are under way go on.");
  expect(paused).toEqual([]);
  fireEvent.click(within(dialog).getByRole("button", { name: "Pause schedule" }));
  expect(await screen.findByText("Schedule of dev_dau paused")).toBeTruthy();
  expect(paused).toEqual(["dev_dau"]);
});

it("leaves the button of a viewer visible, with the reason", async () => {
  who.role = "viewer";
  open("/schedules");
  const button = await screen.findByRole("button", { name: /Pause the schedule of dev_dau/ });
  expect(button.getAttribute("aria-disabled")).toBe("true");
  fireEvent.click(button);
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("says why ticks were skipped", async () => {
  open("/schedules?schedule=retail_revenue_daily&state=skipped");
  const ticks = await screen.findByRole("grid", { name: "Ticks" });
  expect(textOf(ticks)).toContain("the schedule was paused");
  expect(textOf(ticks)).toContain("the last of 4 ticks in a row");
  expect(textOf(ticks)).toContain("somebody cancelled what it asked for: backfill 9011 was cancelled by ben");
  expect(within(ticks).queryByText("Done")).toBeNull();
});

it("walks the month by arrow keys and opens a day", async () => {
  const { router } = open("/schedules?view=month&date=2026-10-14");
  const grid = await screen.findByRole("grid", { name: "Ticks by day" });
  // The first day of a month without today is where the keyboard begins.
  const first = within(grid).getByRole("button", { name: /^Thursday,? 1 October 2026/ });
  expect(first.getAttribute("tabindex")).toBe("0");
  first.focus();
  fireEvent.keyDown(first, { key: "ArrowDown" });
  fireEvent.keyDown(grid, { key: "ArrowRight" });
  const later = within(grid).getByRole("button", { name: /^Friday,? 9 October 2026/ });
  expect(document.activeElement).toBe(later);
  fireEvent.click(later);
  await waitFor(() => expect(router.state.location.search).toMatchObject({ cell: "2026-10-09" }));
  expect(textOf(await screen.findByRole("region", { name: /9 October 2026/ }))).toContain(
    "crm_contacts_daily",
  );
});

it("turns the page of the calendar by keyboard", async () => {
  const { router } = open("/schedules?view=month&date=2026-10-14");
  const grid = await screen.findByRole("grid", { name: "Ticks by day" });
  fireEvent.keyDown(grid, { key: "PageUp" });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ date: "2026-09-01" }));
});

it("shows a week by the hours of the server", async () => {
  const asked: URLSearchParams[] = [];
  const counts = { planned: 0, done: 0, failed: 0, skipped: 0, open: 0, datasets: [] };
  server.use(
    http.get("*/api/v1/calendar", ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return HttpResponse.json([
        { ...counts, day: "2026-10-25T02:00+02:00", done: 2 },
        { ...counts, day: "2026-10-25T02:00+01:00", failed: 1 },
      ]);
    }),
  );
  const { router } = open("/schedules?view=week&date=2026-10-25");
  const grid = await screen.findByRole("grid", { name: "Ticks by hour" });
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    from: "2026-10-19",
    to: "2026-10-26",
    by: "hour",
  });
  expect(within(grid).getByRole("button", { name: /25 October 2026, 02:00: 2 done/ })).toBeTruthy();
  fireEvent.click(within(grid).getByRole("button", { name: /25 October 2026, 02:00: 1 failed/ }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ cell: "2026-10-25T02:00+01:00" }));
  expect(
    within(grid).getByRole("button", { name: /24 October 2026, 02:00, which the clock leaves out/ }),
  ).toBeTruthy();
});
