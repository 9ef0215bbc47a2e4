// `npm run pictures`: every page, light and dark, for eyes. PICTURES says where to.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "./browser.ts";
import { places } from "./places.ts";

const OUT = process.env.PICTURES ?? join(import.meta.dirname, "..", "pictures");

for (const theme of ["light", "dark"] as const) {
  test(`pictures of every page, in ${theme}`, { timeout: 300_000 }, async ({ as }) => {
    await mkdir(OUT, { recursive: true });
    const me = await as("admin", { theme });
    for (const { name, path } of await places(me)) {
      await me.go(path);
      await me.page.screenshot({ path: join(OUT, `${name}-${theme}.png`) });
    }
    console.log(`${OUT}: pictures in ${theme}`);
  });
}
