import { execFileSync } from "node:child_process";
import { expect, test } from "./browser.ts";

test("a token is made, shown once, and works with the very line that the page gives", async ({ as }) => {
  const me = await as("admin");
  const { page } = me;
  await me.go("/settings/tokens");
  await me.button("New token").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("nightly export");
  await dialog.getByRole("button", { name: "Create token" }).click();
  const line = dialog.locator("code", { hasText: "curl" });
  const command = (await line.textContent()) ?? "";
  expect(command).toContain(me.url);
  const answer: unknown = JSON.parse(execFileSync("bash", ["-c", command], { encoding: "utf8" }));
  expect(answer).toMatchObject({ sentence: expect.any(String), counts: expect.any(Object) });

  // What cannot be shown again is not lost by a stray key.
  await page.keyboard.press("Escape");
  await line.waitFor();
  await dialog.getByLabel("I have saved it").check();
  await dialog.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("row", { name: /nightly export/ });
  await row.waitFor();

  // It does what its role may, and nothing else; and nothing at all once it is revoked.
  const secret = /Bearer (\S+?)"/.exec(command)?.[1] ?? "";
  const asToken = (path: string, method = "GET") =>
    fetch(`${me.url}/api/v1${path}`, { method, headers: { Authorization: `Bearer ${secret}` } });
  expect((await asToken("/datasets/retail_lines/pause", "POST")).status).toBe(403);
  await row.getByRole("button", { name: "Revoke nightly export" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Revoke/ })
    .click();
  await row.getByText("Revoked").waitFor();
  expect((await asToken("/overview")).status).toBe(401);
});

test("the audit log says who did what, and what was refused", async ({ as }) => {
  const viewer = await as("viewer");
  expect((await viewer.api("POST", "/datasets/click_views/pause")).status).toBe(403);
  const operator = await as("operator");
  expect((await operator.api("POST", "/datasets/click_views/pause")).status).toBeLessThan(300);
  expect((await operator.api("POST", "/datasets/click_views/resume")).status).toBeLessThan(300);

  const admin = await as("admin");
  const { page } = admin;
  await admin.go("/audit?outcome=refused&actor=viewer");
  const log = page.getByRole("grid", { name: "Audit log" });
  await log
    .getByRole("row", { name: /viewer .*Refused.*operator/ })
    .first()
    .waitFor();
  await admin.go("/audit?object=click_views");
  const done = log.getByRole("row", { name: /operator .*pause.*Done/ });
  await done.waitFor();
  await done.click();
  await page.getByRole("dialog").getByText("click_views").first().waitFor();
});
