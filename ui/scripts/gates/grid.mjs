const TIMES = 3;
const KEYS = 50;

/** The grid of a million partitions: how long it takes to be there, and to answer a key. */
export async function gate({ check, url, context, cpu }) {
  const mounts = [];
  const keys = [];
  for (let time = 0; time < TIMES; time += 1) {
    const page = await context.newPage();
    await page.goto(`${url}/datasets/million?tab=settings`);
    await page.getByRole("heading", { name: "How it is made" }).waitFor();
    const grid = page.getByRole("grid", { name: /Partitions of million/ });
    mounts.push(
      await cpu(page, async () => {
        await page.getByRole("tab", { name: "Partitions" }).click();
        await grid.waitFor();
      }),
    );
    await grid.focus();
    const all = await cpu(page, async () => {
      for (let key = 0; key < KEYS; key += 1)
        await page.keyboard.press(key % 2 === 0 ? "ArrowLeft" : "ArrowDown");
    });
    keys.push(all / KEYS);
    await page.close();
  }
  check("grid of 1,000,000 partitions, mount", median(mounts), 300, "ms CPU");
  check("grid of 1,000,000 partitions, arrow key", median(keys), 16, "ms CPU");
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
