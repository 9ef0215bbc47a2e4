// Behind a proxy the program may live below a path. The server takes it with and without that path.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { inject } from "vitest";
import { expect, test } from "./browser.ts";
import { PASSWORD } from "./people.ts";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const port = portOf(server.address());
  await new Promise((done) => server.close(done));
  return port;
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new Error("it listens nowhere");
  return address.port;
}

/** A second server on the same database, which people reach at this address. */
async function serve(port: number, url: string): Promise<ChildProcess> {
  const { TIDEMILL_BINARY = "", DATABASE_URL, PATH, HOME } = process.env;
  const { home } = inject("world");
  const env = {
    PATH,
    HOME,
    DATABASE_URL,
    TIDEMILL_HOME: home,
    TIDEMILL_DATA: "",
    TIDEMILL_URL: url,
    TZ: "UTC",
  };
  const child = spawn(TIDEMILL_BINARY, ["server", "--listen", `127.0.0.1:${port}`], { env, stdio: "ignore" });
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isUp, { timeout: 30_000 }).toBe(true);
  return child;
}

/** A proxy that cuts the path off, as many do. */
async function proxy(port: number, to: number, prefix: string) {
  const server = createServer((asked, answer) => {
    const path = (asked.url ?? "/").slice(prefix.length) || "/";
    const { method, headers } = asked;
    const passed = request({ port: to, host: "127.0.0.1", path, method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  server.listen(port, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  return server;
}

for (const cut of [false, true]) {
  test(`everything works below a path that the proxy ${cut ? "cuts off" : "leaves on"}`, async ({
    arrive,
  }) => {
    const [seen, own] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${seen}/mill`;
    const child = await serve(cut ? own : seen, url);
    const between = cut ? await proxy(seen, own, "/mill") : null;
    const me = await arrive();
    const { page } = me;
    try {
      await page.goto(`${url}/datasets/retail_lines?tab=runs`);
      await page.getByLabel("Name").fill("operator");
      await page.getByLabel("Password").fill(PASSWORD);
      await me.button("Sign in").click();
      await page.getByRole("heading", { name: "retail_lines" }).waitFor();
      expect(page.url()).toBe(`${url}/datasets/retail_lines?tab=runs`);
      me.faults.splice(0).forEach((fault) => {
        expect(fault).toContain("status of 401");
      });

      await page.getByRole("banner").getByText("Live", { exact: true }).waitFor();
      await page.getByRole("link", { name: "Lineage" }).first().click();
      await page.locator("[role=application]").waitFor();
      expect(page.url()).toMatch(new RegExp(`^${url}/lineage`));
      await page.reload();
      await page.getByRole("heading", { name: "Lineage", exact: true }).waitFor();
      await page.goto(`${url}/nowhere`);
      await me.link("Go to the overview").click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      expect(page.url()).toBe(`${url}/`);
    } finally {
      // A page that is left open would miss the server.
      await page.goto("about:blank");
      between?.closeAllConnections();
      between?.close();
      child.kill("SIGTERM");
      await new Promise((done) => child.once("exit", done));
    }
  });
}
