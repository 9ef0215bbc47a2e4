import { expect, test } from "./browser.ts";

test("the palette jumps to a dataset by a part of its name", async ({ as }) => {
  const me = await as("viewer");
  const { page } = me;
  await me.go("/");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /^Dataset, run number/ }).fill("revenue");
  await page.getByRole("option", { name: /retail_revenue_daily/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "retail_revenue_daily" }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
});

test("`?` lists the keys, and the keys do what it says", async ({ as }) => {
  const me = await as("viewer");
  const { page } = me;
  await me.go("/");
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await sheet.getByText("Go to Lineage").waitFor();
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await page.getByRole("heading", { name: "Lineage", exact: true }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
});

test("whoever looks at a page is told what changes", async ({ as }) => {
  const me = await as("viewer");
  await me.go("/workers");
  await me.page.getByRole("banner").getByText("Live", { exact: true }).waitFor();
});

test("a schedule is paused and resumed, and says by whom", async ({ as }) => {
  const me = await as("operator");
  const { page } = me;
  await me.go("/schedules");
  const row = page.getByRole("row", { name: /dev_top_pages_yearly/ });
  await row.getByText("At 03:30").waitFor();
  await row.getByRole("button", { name: /^Pause the schedule/ }).click();
  await me.button("Pause schedule").click();
  await row.getByText(/by (operator|Test operator)/).waitFor();
  await row.getByRole("button", { name: /^Resume the schedule/ }).click();
  await me.button("Resume schedule").click();
  await row.getByRole("button", { name: /^Pause the schedule/ }).waitFor();
});

test("the board of promises shows each rule and how it stands", async ({ as }) => {
  const me = await as("viewer");
  await me.go("/sla");
  for (const name of ["dev_events", "dev_dau", "retail_revenue_daily"]) {
    await me.page
      .getByRole("row", { name: new RegExp(`${name}\\b`) })
      .first()
      .waitFor();
  }
  await me
    .text(/07:00 Europe\/London/)
    .first()
    .waitFor();
});
