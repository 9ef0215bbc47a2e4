// `npm run gates`: what must not grow. Sizes are those of the files as sent; times are of the processor, never of
// the clock on the wall, so that a busy machine changes nothing.
// Each file in gates/ has gates of one area: `export async function gate({ check, cpu })`.
import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { launch } from "./browser.mjs";
import { serveFake } from "./fake.mjs";
import { sizes } from "./sizes.mjs";

let faults = 0;
function check(name, value, most, unit) {
  const good = value <= most;
  if (!good) faults += 1;
  console.log(`${good ? "ok  " : "FAIL"} ${name}: ${value.toFixed(1)} ${unit} (at most ${most})`);
}

const { first, routes } = await sizes();
check("first load, gzip", first / 1000, 170, "kB");
for (const { name, now, all } of routes) {
  check(`route ${name}, gzip`, now / 1000, 80, "kB");
  if (all !== now) check(`route ${name} with what it fetches later, gzip`, all / 1000, 80, "kB");
}

const server = await serveFake();
const browser = await launch();
try {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
  });
  const folder = new URL("./gates/", import.meta.url);
  for (const name of (await readdir(folder)).sort()) {
    const { gate } = await import(new URL(name, folder).href);
    await gate({ check, server, url: server.url, context, cpu });
  }
} finally {
  await browser.close();
  await server.close();
}

// A lock without the packages of other platforms passes here and fails there.
execFileSync("npm", ["ci", "--dry-run", "--silent"], { stdio: "inherit" });
console.log("ok   npm ci --dry-run");
process.exitCode = faults > 0 ? 1 : 0;

/** Milliseconds of processor time that the page's main thread takes for something. */
async function cpu(page, act) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const read = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
  const before = await read();
  await act();
  // What was asked for is on the screen after two frames.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const after = await read();
  await session.detach();
  return after - before;
}
