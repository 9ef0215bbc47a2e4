import { readFile, writeFile } from "node:fs/promises";
import { inject } from "vitest";
import { itemsOf } from "./answers.ts";
import { expect, test } from "./browser.ts";
import { newestFile } from "./files.ts";

const HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

test("a changed file is announced, its run is stopped, and what is held back then is let go", async ({
  as,
}) => {
  const me = await as("operator");
  const { page } = me;
  const { day, file } = await newestFile(me, inject("world").landing);
  const good = await readFile(file);
  try {
    await me.go("/datasets/retail_lines");
    await me.button(/^Pause/).click();
    await me.button(/^Resume/).waitFor();

    await writeFile(file, `${HEADER}\n900001,85123A,LAMP,6,${day} 08:26:00,2.55,17850.0,France\n`);
    await me.go("/datasets/retail_files");
    await me.button("Announce a change").click();
    await me.text("retail_files was looked at: something new was found.").waitFor();

    // The run that would make it again waits for the pause to end; somebody stops it.
    const live = async () => {
      const { body } = await me.api("GET", "/runs?dataset=retail_lines&state=waiting,ready");
      return itemsOf(body).find((run) => run.partition === day)?.id;
    };
    await expect.poll(live, { timeout: 30_000 }).toEqual(expect.any(Number));
    await me.go(`/runs/${await live()}`);
    await me.button(/^Cancel/).click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Cancel/ })
      .click();
    await page.getByRole("heading", { name: /Cancelled/ }).waitFor();

    await me.go("/");
    const held = me
      .region(/^Needs attention/)
      .getByRole("listitem")
      .filter({ hasText: "held back" });
    await held.getByText("1 partition of retail_lines is held back").waitFor({ timeout: 30_000 });
    await held.getByRole("link", { name: "Decide…" }).click();
    await page.getByRole("heading", { name: "retail_lines" }).waitFor();
    const panel = me.region("Held back: 1 partition");
    await panel.getByText(/a person cancelled its run/).waitFor();
    await me.button(/^Resume/).click();
    await panel.getByRole("button", { name: "Approve 1…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(/That makes .* stale; those that make themselves follow/).waitFor();
    await dialog.getByRole("button", { name: "Approve 1" }).click();
    await me.text("1 partition of retail_lines may be made now.").waitFor();
    await panel.waitFor({ state: "detached", timeout: 30_000 });
    const standing = async () => (await me.api("GET", `/datasets/retail_lines/partition?key=${day}`)).body;
    await expect.poll(standing, { timeout: 30_000 }).toMatchObject({ standing: "fresh", head: { rows: 1 } });
  } finally {
    await writeFile(file, good);
    await me.api("POST", "/datasets/retail_lines/resume");
    await me.api("POST", "/datasets/retail_files/announce");
  }
});
