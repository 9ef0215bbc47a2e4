/** The graph of 1,000 datasets, each drawn: opening it, moving over it, walking in it. */
export async function gate({ check, url, context, cpu }) {
  await context.addCookies([{ name: "look-graph", value: "big", url }]);
  const page = await context.newPage();
  await page.goto(`${url}/lineage?group=none`);
  const graph = page.getByRole("application", { name: /^Lineage, / });
  await graph.waitFor();
  await graph.focus();
  const key = await cpu(page, async () => {
    for (let times = 0; times < 20; times += 1) await page.keyboard.press("ArrowDown");
  });
  check("lineage of 1,000 datasets, arrow key", key / 20, 50, "ms");
  const box = await graph.boundingBox();
  await page.mouse.move(box.x + 200, box.y + 200);
  await page.mouse.down();
  const pan = await cpu(page, async () => {
    for (let step = 1; step <= 40; step += 1) await page.mouse.move(box.x + 200 + step, box.y + 200);
  });
  await page.mouse.up();
  check("lineage of 1,000 datasets, one move", pan / 40, 16, "ms");
  await page.close();
  await context.clearCookies({ name: "look-graph" });
}
