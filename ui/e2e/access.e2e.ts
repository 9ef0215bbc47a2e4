import { inject } from "vitest";
import { expect, test } from "./browser.ts";

test("the link that `up` prints signs a person in, once", async ({ arrive }) => {
  const { link } = inject("world");
  const first = await arrive();
  await first.page.goto(link);
  await first.page.getByRole("heading", { name: "Overview" }).waitFor();
  await expect.poll(() => new URL(first.page.url()).search).toBe("");

  const second = await arrive();
  await second.page.goto(link);
  await second.page.getByRole("heading", { name: "This link does not work" }).waitFor();
  // The browser itself writes of the refusal.
  second.faults.splice(0).forEach((fault) => {
    expect(fault).toContain("status of 4");
  });
});

test("who is not signed in is led to the form, and from there to where they wanted to go", async ({
  arrive,
}) => {
  const me = await arrive();
  await me.page.goto(`${me.url}/runs?state=failed`);
  await me.page.getByLabel("Name").fill("operator");
  await me.page.getByLabel("Password").fill("a tide mill grinds at ebb");
  await me.button("Sign in").click();
  await me.page.getByRole("heading", { name: "Runs", exact: true }).waitFor();
  expect(new URL(me.page.url()).search).toBe("?state=failed");
  me.faults.splice(0).forEach((fault) => {
    expect(fault).toContain("status of 401");
  });
});

test("a viewer who was just made sees everything and changes nothing", async ({ as, arrive }) => {
  const admin = await as("admin");
  await admin.go("/settings/users");
  await admin.button("New user").click();
  await admin.page.getByLabel("Login").fill("vera");
  await admin.page.getByLabel("Name", { exact: true }).fill("Vera Viewer");
  await admin.page.getByLabel("Password").fill("nine herons on the weir");
  await admin.button("Create vera as viewer").click();
  await admin.page.getByRole("row", { name: /Vera Viewer/ }).waitFor();

  const vera = await arrive();
  await vera.signIn("vera", "nine herons on the weir");
  await vera.go("/datasets/retail_lines");
  const pause = vera.button(/^Pause/);
  expect(await pause.getAttribute("aria-disabled")).toBe("true");
  expect(await pause.textContent()).toMatch(/not possible: Your role, viewer, does not include this/);
  await pause.click({ force: true });

  await vera.go("/backfills/new?dataset=retail_lines&select=all");
  const start = vera.button(/^(Backfill|Make|Start)\b/).last();
  await expect.poll(() => start.getAttribute("aria-disabled")).toBe("true");
  expect(await start.textContent()).toMatch(/Your role, viewer/);

  const refused = await vera.api("POST", "/datasets/retail_lines/pause");
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({ error: { code: expect.stringMatching(/^TM\d{4}$/) } });
  expect((await vera.api("GET", "/datasets/retail_lines")).body).toMatchObject({ paused: false });
});
