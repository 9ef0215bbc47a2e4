import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, test } from "vitest";
import { who } from "@/test/handlers/access";
import { problem } from "@/test/handlers/respond";
import { open } from "@/test/render";
import { server } from "@/test/server";

afterEach(() => {
  who.role = "admin";
});

const PAGE = "/datasets/dev_sessions_daily";
const theGrid = () => screen.findByRole("grid", { name: /Partitions of dev_sessions_daily/ });
const active = (grid: HTMLElement) =>
  document.getElementById(grid.getAttribute("aria-activedescendant") ?? "");

test("the grid says in words where one is, and keys move", async () => {
  open(PAGE);
  const grid = await theGrid();
  grid.focus();
  expect(active(grid)).toHaveProperty("textContent", "2026-11-22. Failed");
  fireEvent.keyDown(grid, { key: "ArrowLeft" });
  expect(active(grid)?.textContent).toBe("2026-11-21. Failed");
  fireEvent.keyDown(grid, { key: "ArrowDown" });
  expect(active(grid)?.textContent).toMatch(/^2026-10-21\. /);
  fireEvent.keyDown(grid, { key: "Home", ctrlKey: true });
  expect(active(grid)?.textContent).toMatch(/^2024-12-03\. /);
  fireEvent.keyDown(grid, { key: "N" });
  expect(active(grid)?.textContent).toMatch(/Failed|Stale|Missing|Input missing/);
});

test("shift and arrows select a range that goes to a backfill", async () => {
  const { router } = open(PAGE);
  const grid = await theGrid();
  grid.focus();
  for (let times = 0; times < 3; times += 1) fireEvent.keyDown(grid, { key: "ArrowLeft", shiftKey: true });
  const bar = await screen.findByRole("region", { name: "Selection" });
  expect(bar.textContent).toMatch(/4 partitions, 1 range/);
  await waitFor(() => expect(router.state.location.search).toMatchObject({ sel: "20776..20779" }));
  const link = within(bar).getByRole("link", { name: "Backfill 4…" });
  expect(link.getAttribute("href")).toBe("/backfills/new?dataset=dev_sessions_daily&sel=20776..20779");
  fireEvent.keyDown(grid, { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("region", { name: "Selection" })).toBeNull());
});

test("space adds and takes away single partitions", async () => {
  const { router } = open(`${PAGE}?sel=20700..20702`);
  const grid = await theGrid();
  fireEvent.keyDown(grid, { key: " " });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ sel: "20700..20702,20779" }));
  expect(active(grid)?.getAttribute("aria-selected")).toBe("true");
  fireEvent.keyDown(grid, { key: " " });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ sel: "20700..20702" }));
});

test("Enter opens the details, which say why and what to do", async () => {
  const { router } = open(PAGE);
  const grid = await theGrid();
  fireEvent.keyDown(grid, { key: "Enter" });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ p: "2026-11-22" }));
  const panel = await screen.findByRole("complementary", { name: "Partition 2026-11-22" });
  await within(panel).findByText(/failed after 3 attempts/);
  within(panel).getByRole("button", { name: "Retry run 1177" });
});

test("a viewer sees what they may not do, with the reason", async () => {
  who.role = "viewer";
  open(`${PAGE}?sel=20700..20702`);
  await theGrid();
  const [button] = screen.getAllByRole("button", { name: /^Backfill…, not possible: Your role, viewer/ });
  expect(button?.getAttribute("aria-disabled")).toBe("true");
});

test("the health that cannot be loaded leaves the rest of the page", async () => {
  server.use(
    http.get("*/api/v1/datasets/:name/health", () => problem(500, "TM0600", "the query took too long")),
  );
  open(PAGE);
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toMatch(
    /health of the partitions could not be loaded.*too long.*TM0600.*01JD9Z6Q4T8M/,
  );
  screen.getByRole("tab", { name: "Runs" });
});

test("states chosen in the address stand out, and can be selected at once", async () => {
  const { router } = open(`${PAGE}?state=failed`);
  await theGrid();
  fireEvent.click(screen.getByRole("button", { name: /^Select these/ }));
  await waitFor(() => expect(router.state.location.search).toHaveProperty("sel"));
  const bar = await screen.findByRole("region", { name: "Selection" });
  expect(bar.textContent).toMatch(/— \d+ failed(Clear|$)/);
});

test("whoever is not signed in is sent to sign in, and comes back", async () => {
  who.role = null;
  const { router } = open(`${PAGE}?tab=runs`);
  await screen.findByRole("heading", { name: "Sign in" });
  expect(router.state.location.search).toEqual({ return: `${PAGE}?tab=runs` });
  fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "ana" } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "wrong" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/do not belong together/);
  who.role = "admin";
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "right" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByRole("heading", { name: "dev_sessions_daily" });
  expect(router.state.location.href).toBe(`${PAGE}?tab=runs`);
});

test("a write carries the header that other sites cannot send", async () => {
  let seen: string | null = null;
  server.use(
    http.post("*/api/v1/datasets/:name/pause", ({ request }) => {
      seen = request.headers.get("x-tidemill");
      return new HttpResponse(null, { status: 204 });
    }),
  );
  open(PAGE);
  fireEvent.click(await screen.findByRole("button", { name: "Pause" }));
  await screen.findByText(/is paused: nothing new/);
  expect(seen).toBe("1");
});

test("what is the default is not in the address", async () => {
  const { router } = open(`${PAGE}?tab=runs&p=2026-11-21`);
  const tab = await screen.findByRole("tab", { name: "Partitions" });
  fireEvent.mouseDown(tab);
  await theGrid();
  expect(router.state.location.href).toBe(`${PAGE}?p=2026-11-21`);
});

test("rows are not shown to those who may not read them", async () => {
  who.role = "viewer";
  open(`${PAGE}?tab=preview`);
  await screen.findByText("The rows of partitions are not for the role viewer.");
});

test("the list of ranges says of each state why, or what it means", async () => {
  open(`${PAGE}?view=list`);
  const list = await screen.findByRole("grid", { name: "Partitions as ranges" });
  for (const row of within(list).getAllByRole("row").slice(1)) {
    const cells = within(row).getAllByRole("gridcell");
    const [state, reason] = [cells[1]?.textContent ?? "", cells.at(-1)?.textContent];
    expect(reason === "").toBe(state.includes("Fresh"));
  }
});

test("who may not read rows is told so at the button, not after it", async () => {
  who.role = "viewer";
  open(`${PAGE}?p=2026-11-19`);
  const panel = await screen.findByRole("complementary", { name: "Partition 2026-11-19" });
  const preview = await within(panel).findByRole("button", { name: /^Preview rows/ });
  expect(preview.getAttribute("aria-disabled")).toBe("true");
  expect(within(panel).queryByRole("link", { name: "Preview rows" })).toBeNull();
});
