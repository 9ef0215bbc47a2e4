import { hindrances } from "./axe.ts";
import { expect, test } from "./browser.ts";
import { places } from "./places.ts";

for (const theme of ["light", "dark"] as const) {
  test(`no page hinders anybody, in ${theme}`, async ({ as }) => {
    const me = await as("admin", { theme });
    const found: string[] = [];
    for (const { name, path } of await places(me)) {
      await me.go(path);
      for (const one of await hindrances(me.page)) found.push(`${name}: ${one}`);
      for (const fault of me.faults.splice(0)) found.push(`${name}: ${fault}`);
    }
    expect(found).toEqual([]);
  });
}

test("on a small screen no page is wider than it", async ({ as }) => {
  const me = await as("viewer", { width: 390, height: 844 });
  const found: string[] = [];
  for (const { name, path } of await places(await as("admin"))) {
    // A viewer is told by the server what is not for them; that is in its own test.
    if (/preview|manifest|audit|settings-(users|about)/.test(name)) continue;
    await me.go(path);
    const over = await me.page.evaluate(() => {
      const beyond = (element: HTMLElement | null) =>
        element ? element.scrollWidth - element.clientWidth : 0;
      return Math.max(beyond(document.documentElement), beyond(document.getElementById("main")));
    });
    if (over > 1) found.push(`${name} is ${over} px too wide`);
  }
  expect(found).toEqual([]);
});
