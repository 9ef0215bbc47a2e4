// `npm run look [-- name…]`: pictures of pages against the fake API, and what axe and the policy find on them.
// Pages are listed in look-pages.mjs. LOOK_OUT says where to; LOOK_AXE=0 leaves axe out.
import { execSync } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { launch } from "./browser.mjs";
import { serveFake } from "./fake.mjs";
import { PAGES } from "./look-pages.mjs";

const branch = execSync("git branch --show-current").toString().trim() || "main";
const out = process.env.LOOK_OUT ?? `/tmp/look-${branch}`;
const wanted = process.argv.slice(2);
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const SIZES = {
  wide: { width: 1440, height: 900 },
  middle: { width: 1280, height: 800 },
  narrow: { width: 390, height: 844 },
};
await mkdir(out, { recursive: true });
const { url, close } = await serveFake();
const browser = await launch();
let faults = 0;
try {
  for (const page of PAGES.filter(
    ({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)),
  )) {
    for (const theme of ["light", "dark"]) {
      for (const [size, viewport] of Object.entries(SIZES)) {
        if (size !== "wide" && theme === "dark" && !wanted.length) continue;
        faults += await look(page, theme, size, viewport);
      }
    }
  }
} finally {
  await browser.close();
  await close();
}
console.log(`${out}: ${faults} faults`);
process.exitCode = faults > 0 ? 1 : 0;

async function look({ name, path, role = "admin", act }, theme, size, viewport) {
  // bypassCSP lets axe in; violations are counted by a listener and by the browser's own messages.
  const context = await browser.newContext({
    viewport,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  await context.addCookies([{ name: "look-role", value: role, url }]);
  const page = await context.newPage();
  // The factories tell of this moment; timers go on.
  await page.clock.setFixedTime(new Date("2026-11-22T06:14:00Z"));
  const found = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) found.push(message.text());
  });
  page.on("pageerror", (error) => found.push(String(error)));
  await page.goto(url + path);
  await page.locator("h1").first().waitFor();
  // Everything that was asked for is there when nothing is "Loading" any more.
  await page
    .waitForFunction(() => !document.querySelector("[role=status][aria-label^=Loading]"), null, {
      timeout: 10_000,
    })
    .catch(() => found.push("still loading after 10 s"));
  if (act) await act(page);
  await page.screenshot({ path: `${out}/${name}-${size}-${theme}.png` });
  if (process.env.LOOK_AXE !== "0") {
    await page.evaluate(axeSource).catch(async () => {
      // The policy forbids eval in the page itself; a new document script is let through.
      await page.addScriptTag({ content: axeSource });
    });
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, { resultTypes: ["violations"] }),
    );
    for (const { id, help, nodes } of violations) {
      found.push(
        `axe ${id}: ${help}\n    ${nodes
          .slice(0, 3)
          .map((node) => `${node.target.join(" ")} ${node.failureSummary?.split("\n")[1] ?? ""}`)
          .join("\n    ")}`,
      );
    }
  }
  if (size !== "wide") {
    const wide = await page.evaluate(() => {
      const over = (element) => (element ? element.scrollWidth - element.clientWidth : 0);
      return Math.max(over(document.documentElement), over(document.getElementById("main")));
    });
    if (wide > 1) found.push(`the page is ${wide} px wider than the screen`);
  }
  await context.close();
  for (const one of found) console.log(`${name} ${size} ${theme}: ${one}`);
  return found.length;
}
