import type { Page } from "playwright-core";
import { expect, test } from "./browser.ts";

/** The number of the backfill whose page is open. */
function numberOf(page: Page): number {
  return Number(/\/backfills\/(\d+)/.exec(page.url())?.[1]);
}

test("a range is selected by keyboard, planned, applied, and watched to its end", async ({ as }) => {
  const me = await as("operator");
  const { page } = me;
  await me.go("/datasets/dev_events");
  const grid = page.getByRole("grid", { name: /Partitions|dev_events/ });
  await grid.focus();
  await page.keyboard.press("h");
  const days = 30;
  for (let day = 1; day < days; day += 1) await page.keyboard.press("Shift+ArrowLeft");
  await me.region("Selection").getByText(`${days} partitions, 1 range`).waitFor();
  expect(await grid.getByRole("gridcell").getAttribute("aria-selected")).toBe("true");

  await me.link(`Backfill ${days}…`).click();
  await page.getByRole("heading", { name: "New backfill" }).waitFor();
  await page.getByText("Nothing to do.", { exact: true }).waitFor();
  await me.button("Make them again anyway").click();
  await page.getByLabel("What is made from them").check();
  const plan = page.locator("#plan");
  await plan.getByText("Wave 2").waitFor();
  await plan.getByRole("link", { name: "dev_dedup_daily", exact: true }).waitFor();

  // Everything the bar says is kept from its first word on, so that "live" can be told from "once".
  await page.evaluate(() => {
    const seen = new Set<string>();
    Reflect.set(window, "seen", seen);
    new MutationObserver(() => {
      const bar = document.querySelector("[role=progressbar][aria-label='Runs that are over']");
      const now = bar?.getAttribute("aria-valuenow");
      if (now) seen.add(now);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await plan.locator("button", { hasText: /^(Backfill|Make|Start) / }).click();
  await page.getByRole("heading", { name: /^Backfill \d+/ }).waitFor();
  await page.getByRole("heading", { name: /Completed|Done/ }).waitFor({ timeout: 60_000 });
  const bar = page.getByRole("progressbar", { name: "Runs that are over" });
  const all = await bar.getAttribute("aria-valuemax");
  expect(Number(all)).toBeGreaterThan(days);
  expect(await bar.getAttribute("aria-valuenow")).toBe(all);
  const seen = await page.evaluate(() => [...Reflect.get(window, "seen")]);
  expect(seen.length, `the bar only ever said ${seen}`).toBeGreaterThan(1);
  const { body } = await me.api("GET", `/backfills/${numberOf(page)}`);
  expect(body).toMatchObject({ state: "completed", failed: 0, cancelled: 0, created_by: "operator" });
});

test("a range is selected by dragging over the grid, and the address holds it", async ({ as }) => {
  const me = await as("operator");
  const { page } = me;
  await me.go("/datasets/retail_revenue_daily");
  const box = await page.getByRole("grid").boundingBox();
  if (!box) throw new Error("the grid is not on the page");
  await page.mouse.move(box.x + 60, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 90, box.y + 10, { steps: 4 });
  await page.mouse.move(box.x + 150, box.y + 10, { steps: 4 });
  await page.mouse.up();
  const selection = me.region("Selection");
  await selection.waitFor();
  const words = await selection.locator("p").textContent();
  expect(words).toMatch(/^([2-9]|1\d) partitions, 1 range/);
  expect(new URL(page.url()).searchParams.get("sel")).toMatch(/^\d+\.\.\d+$/);
  await page.reload();
  await selection.waitFor();
  expect(await selection.locator("p").textContent()).toBe(words);
  await page.getByRole("grid").focus();
  await page.keyboard.press("Escape");
  await selection.waitFor({ state: "detached" });
});

test("a click in a grid that was scrolled opens what is below the pointer", async ({ as }) => {
  const me = await as("viewer", { height: 600 });
  const { page } = me;
  await me.go("/datasets/dev_events");
  const grid = page.getByRole("grid");
  await grid.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await grid.scrollIntoViewIfNeeded();
  const box = await grid.boundingBox();
  if (!box) throw new Error("the grid is not on the page");
  await page.mouse.move(box.x + 60, box.y + 45);
  const day = await page.locator("div[aria-hidden=true].fixed div").first().textContent();
  await page.mouse.down();
  await page.mouse.up();
  await page.getByRole("complementary", { name: `Partition ${day}` }).waitFor();
});

test("a backfill of a paused job says why it waits, and is cancelled", async ({ as }) => {
  const me = await as("operator");
  const { page } = me;
  await me.go("/datasets/click_dau");
  await me.button(/^Pause/).click();
  await me.button(/^Resume/).waitFor();

  await me.go("/backfills/new?dataset=click_dau&select=all");
  await page.locator("#plan button", { hasText: /^(Backfill|Make|Start) / }).click();
  await page.getByRole("heading", { name: /^Backfill \d+/ }).waitFor();
  const waits = me.region("What waits");
  await waits
    .getByText(/paused/)
    .first()
    .waitFor();
  await waits
    .getByRole("link", { name: /^run \d+$/ })
    .first()
    .click();
  await me
    .region("Why it waits")
    .getByText(/paused/)
    .first()
    .waitFor();

  await page.goBack();
  await me.button("Cancel…").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Cancel \d+ runs$/ }).click();
  await page.getByRole("heading", { name: /Cancelled/ }).waitFor();
  expect((await me.api("GET", `/backfills/${numberOf(page)}`)).body).toMatchObject({ state: "cancelled" });

  await me.go("/datasets/click_dau");
  await me.button(/^Resume/).click();
  await me.button(/^Pause/).waitFor();
});
