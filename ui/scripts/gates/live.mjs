const HINTS = 50;

/** News: one stream for all tabs, few requests for many hints, and back again after a cut. */
export async function gate({ check, server, url, context }) {
  const tabs = await Promise.all([context.newPage(), context.newPage()]);
  for (const page of tabs) {
    await page.goto(url);
    await page.getByRole("button", { name: "Live", exact: true }).waitFor();
  }
  check("streams of two tabs", server.listeners(), 1, "");

  const [page] = tabs;
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/overview")) asked += 1;
  });
  // The second answer can only come when the first round is over.
  const answer = () => page.waitForResponse((response) => response.url().endsWith("/api/v1/overview"));
  const first = answer();
  for (let hint = 0; hint < HINTS; hint += 1) server.hint("runs");
  await first;
  const second = answer();
  server.hint("backfills");
  await second;
  check(`requests after ${HINTS} hints and one more`, asked, 2, "");

  server.cut();
  await page.getByRole("button", { name: /Reconnecting… data from/ }).waitFor();
  await page.getByRole("button", { name: "Live", exact: true }).waitFor();
  check("streams after a cut", server.listeners(), 1, "");
  for (const tab of tabs) await tab.close();
}
