// `npm run pictures`: every page, light and dark, for eyes. PICTURES says where to; README=1 makes those of
// the README anew as well.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, inject } from "vitest";
import { test, type Visitor } from "./browser.ts";
import { newestFile } from "./files.ts";
import { places } from "./places.ts";

const UI = join(import.meta.dirname, "..");
const OUT = process.env.PICTURES ?? join(UI, "pictures");

const everything = {
  select: { missing: true, failed: true, stale: true, all: true },
  upstream: false,
  newest_first: true,
  priority: 0,
  class: "backfill",
};

/** A day on which something is wrong: a file that cannot be read, and a large backfill under way. */
async function trouble(me: Visitor): Promise<number> {
  const { file } = await newestFile(me, inject("world").landing);
  await writeFile(file, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice\n1,2,LAMP,many,,\n");
  await me.api("POST", "/datasets/retail_files/announce");
  await expect
    .poll(async () => (await me.api("GET", "/overview")).body, { timeout: 30_000 })
    .toMatchObject({ counts: { failed: 1 } });
  const request = {
    ...everything,
    targets: [{ dataset: "dev_rows", ranges: null, selection: null }],
    downstream: true,
    concurrency: 1,
  };
  const plan = await me.api("POST", "/backfills/plan", request);
  expect(plan.status).toBe(200);
  const made = await me.api("POST", "/backfills", {
    ...request,
    plan: Reflect.get(Object(plan.body), "hash"),
  });
  expect(made.status).toBe(201);
  return Number(Reflect.get(Object(made.body), "id"));
}

test("pictures of every page", { timeout: 400_000 }, async ({ as }) => {
  await mkdir(OUT, { recursive: true });
  const light = await as("admin");
  const backfill = await trouble(light);
  if (process.env.README) await readme(light, backfill);
  for (const theme of ["light", "dark"] as const) {
    const me = await as("admin", { theme });
    for (const { name, path } of await places(me)) {
      await me.go(path);
      await drawn(me.page);
      await me.page.screenshot({ path: join(OUT, `${name}-${theme}.png`) });
    }
    console.log(`${OUT}: pictures in ${theme}`);
  }
});

async function readme(me: Visitor, backfill: number): Promise<void> {
  await mkdir(join(UI, "docs"), { recursive: true });
  const { day } = await newestFile(me, inject("world").landing);
  const pictures = {
    "backfill-detail": `/backfills/${backfill}`,
    overview: "/",
    "dataset-grid": `/datasets/retail_revenue_daily?p=${day}`,
    lineage: "/lineage",
    "backfill-plan": "/backfills/new?dataset=dev_rows&select=all&downstream=true",
    "sla-board": "/sla",
  };
  await me.page.setViewportSize({ width: 1280, height: 800 });
  for (const [name, path] of Object.entries(pictures)) {
    await me.go(path);
    await drawn(me.page);
    if (name === "backfill-plan") await me.page.locator("#plan").getByText("Wave 1").waitFor();
    await writeFile(join(UI, "docs", `${name}.webp`), await webp(me.page));
  }
}

/** Waits until the page is told what changes, and what it drew last is on the screen. */
async function drawn(page: Page): Promise<void> {
  const banner = page.getByRole("banner");
  // A page that is not there has none.
  if ((await banner.count()) > 0) await banner.getByText("Live", { exact: true }).waitFor();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** A small picture: a third of what the same is as PNG. */
async function webp(page: Page): Promise<Buffer> {
  const browser = await page.context().newCDPSession(page);
  const { data } = await browser.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  return Buffer.from(data, "base64");
}
