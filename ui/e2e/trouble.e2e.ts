import { readFile, writeFile } from "node:fs/promises";
import { inject, vi } from "vitest";
import { expect, test } from "./browser.ts";
import { newestFile } from "./files.ts";

const HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
const BAD = `${HEADER}\n536365,85123A,LAMP,many,2026-01-01 08:26:00,2.55,17850.0,France\n`;

test("a failure is found from the overview, read, mended at its file, and retried", async ({ as }) => {
  const me = await as("operator");
  const { page } = me;
  const { day, file } = await newestFile(me, inject("world").landing);
  const good = await readFile(file);
  await me.go("/");
  await writeFile(file, BAD);
  expect((await me.api("POST", "/datasets/retail_files/announce")).status).toBeLessThan(300);

  // The page learns of it by itself.
  const problems = me.region(/^Needs attention/);
  const problem = problems.getByRole("listitem").filter({ hasText: `retail_lines` }).filter({ hasText: day });
  await problem.getByText(/not an int64/).waitFor();
  await problem.getByRole("link", { name: /^run \d+$/ }).click();
  await page.getByRole("heading", { name: /^Run \d+ .*Failed/ }).waitFor();
  await me
    .region("Error")
    .getByText(/not an int64/)
    .waitFor();
  await me.region("Error").getByText("TM0501", { exact: true }).first().waitFor();
  await page.getByRole("tab", { name: /^Log/ }).click();
  await me
    .text(/not an int64/)
    .first()
    .waitFor();

  await page.getByRole("tab", { name: "Summary" }).click();
  const retry = me.button("Retry");
  await retry.waitFor();
  // Nobody announces the mended file: it would be made again by itself before one can ask for it.
  await writeFile(file, good);
  await retry.click();
  await page.getByRole("heading", { name: /^Backfill \d+/ }).waitFor();
  await page.getByRole("heading", { name: /Completed|Done/ }).waitFor();

  await me.go(`/datasets/retail_lines?p=${day}`);
  const panel = page.getByRole("complementary", { name: `Partition ${day}` });
  await panel.getByText("Fresh", { exact: true }).first().waitFor();
});

test("a published number is followed down to the file it comes from", async ({ as }) => {
  const me = await as("operator");
  const { page } = me;
  const { day } = await newestFile(me, inject("world").landing);
  await me.go(`/datasets/retail_revenue_daily?p=${day}`);
  const panel = page.getByRole("complementary", { name: `Partition ${day}` });
  await panel.getByRole("link", { name: "Lineage", exact: true }).click();
  await page.getByRole("heading", { name: `Lineage of retail_revenue_daily ${day}` }).waitFor();
  const files = page.getByRole("grid", { name: "Source files" });
  await files.getByText(`retail/${day}.csv.gz`).waitFor();
  await page.goto(`${page.url()}&view=list`);
  const versions = page.getByRole("grid", { name: "Versions by distance" });
  await versions.getByRole("row", { name: new RegExp(`1 hop up .*retail_lines ${day}`) }).waitFor();
  await versions.getByRole("row", { name: new RegExp(`2 hops up .*retail_files ${day}`) }).waitFor();
});

test("why a partition is stale is said down to the file that changed", async ({ as }) => {
  const me = await as("operator");
  const { page } = me;
  const { day, file } = await newestFile(me, inject("world").landing);
  const good = await readFile(file);
  await me.go(`/datasets/retail_revenue_daily?p=${day}`);
  const why = page.getByRole("region", { name: "Why" });
  await why.waitFor();

  try {
    await writeFile(file, BAD);
    await me.api("POST", "/datasets/retail_files/announce");
    // What is looked at is looked at again: a source has its interval.
    await vi.waitFor(
      async () => {
        await page.reload();
        await why.waitFor();
        await why
          .getByText(/retail_files/)
          .first()
          .waitFor({ timeout: 2_000 });
      },
      { timeout: 60_000, interval: 1_000 },
    );
    await why
      .getByText(new RegExp(`retail/${day}\\.csv\\.gz`))
      .first()
      .waitFor();
  } finally {
    await writeFile(file, good);
    await me.api("POST", "/datasets/retail_files/announce");
  }
});
