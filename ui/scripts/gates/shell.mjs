/** The shell: it stays when the server goes away, and takes what is typed from the first key on. */
export async function gate({ check, url, context }) {
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("heading", { name: "Overview" }).waitFor();

  // Nobody answers any more: neither for the code of another page nor for anything else.
  await page.route("**/*", (route) => route.abort());
  await page.getByRole("link", { name: "Audit", exact: true }).click();
  const told = page.getByRole("alert").filter({ hasText: "This page did not arrive." });
  await told.waitFor();
  const areas = await page.getByRole("navigation", { name: "Areas" }).count();
  check("navigation lost with a page that did not arrive", 1 - areas, 0, "");
  await page.keyboard.press("Control+k");
  await page.getByText("This could not be opened").waitFor();
  await told.getByRole("button", { name: "Retry" }).click();
  await page.getByText("The server still does not answer.").waitFor();
  await page.unroute("**/*");
  await told.getByRole("button", { name: "Retry" }).click();
  await page.getByRole("heading", { name: "Audit", exact: true }).waitFor();

  // The code of a page comes, but late: what is seen meanwhile is not the page before it.
  let go = () => {};
  const held = new Promise((done) => {
    go = done;
  });
  await page.route("**/assets/_app.workers*", async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("link", { name: "Workers", exact: true }).click();
  await page.getByRole("status", { name: "Loading the page" }).waitFor();
  check(
    "headings of the page before",
    await page.getByRole("heading", { name: "Audit", exact: true }).count(),
    0,
    "",
  );
  go();
  await page.getByRole("heading", { name: "Workers", exact: true, level: 1 }).waitFor();

  // The palette has not been fetched yet: what is typed at once is for it all the same.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("retail");
  const box = page.getByRole("combobox", { name: /^Dataset, run number/ });
  await box.waitFor();
  check("letters lost by the palette", "retail".length - (await box.inputValue()).length, 0, "");
  await page.close();
}
