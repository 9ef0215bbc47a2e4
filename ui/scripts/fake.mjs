// Serves dist/ with the fake API of the tests, as the real server would: nonce, policy, fallback to index.html.
// For looking, measuring and axe; never shipped.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer as createHttp } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { createServer as createVite } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

export async function serveFake(port = 0) {
  const vite = await createVite({
    root,
    configFile: false,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    resolve: { alias: { "@": join(root, "src") } },
  });
  const { handlers } = await vite.ssrLoadModule("/src/test/handlers/index.ts");
  const { getResponse } = await vite.ssrLoadModule("msw");

  const server = createHttp(async (incoming, outgoing) => {
    try {
      const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
      if (url.pathname === "/api/v1/live") return live(outgoing);
      if (/^\/api\/v1\/runs\/\d+\/logs\/follow$/.test(url.pathname)) return follow(outgoing);
      if (url.pathname.startsWith("/api/"))
        return await answer(getResponse, handlers, url, incoming, outgoing);
      await file(url.pathname, outgoing);
    } catch (error) {
      console.error(error);
      outgoing.writeHead(500).end(String(error));
    }
  });
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** How many listen to news at this moment. */
    listeners: () => streams.size,
    /** Tells all that something about this topic has changed. */
    hint(topic) {
      for (const stream of streams)
        stream.write(`event: hint\ndata: ${JSON.stringify({ topic, version: "2" })}\n\n`);
    },
    /** Cuts all streams off, as a network does. */
    cut() {
      for (const stream of streams) stream.destroy();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await vite.close();
    },
  };
}

const streams = new Set();

function live(outgoing) {
  outgoing.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  outgoing.write(": here\n\n");
  streams.add(outgoing);
  const beat = setInterval(() => outgoing.write(": here\n\n"), 15_000);
  outgoing.on("close", () => {
    clearInterval(beat);
    streams.delete(outgoing);
  });
}

// A run that says something now and then: a few lines at once, then nothing more.
function follow(outgoing) {
  live(outgoing);
  const lines = [241, 242, 250].map((number) => ({
    attempt: 1,
    number,
    at: "2026-11-22T06:13:59.500Z",
    source: "stdout",
    text: `followed line ${number}`,
    gap: number === 250,
  }));
  outgoing.write(`event: lines\ndata: ${JSON.stringify(lines)}\n\n`);
}

async function answer(getResponse, handlers, url, incoming, outgoing) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
  const request = new Request(url, {
    method: incoming.method,
    headers,
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  });
  const write = incoming.method !== "GET";
  if (write && incoming.headers["x-tidemill"] !== "1") {
    outgoing.writeHead(403, { "content-type": "application/json" });
    outgoing.end(
      JSON.stringify({
        error: { code: "TM0612", message: "the header X-Tidemill is not there", request: "fake" },
      }),
    );
    return;
  }
  const response = await getResponse(handlers, request);
  if (!response) {
    outgoing.writeHead(404, { "content-type": "application/json" });
    outgoing.end(
      JSON.stringify({
        error: {
          code: "TM0604",
          message: `the fake has no ${incoming.method} ${url.pathname}`,
          request: "fake",
        },
      }),
    );
    return;
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}

async function file(path, outgoing) {
  const wanted = normalize(join(root, "dist", decodeURIComponent(path)));
  const known = wanted.startsWith(join(root, "dist")) && extname(wanted) in TYPES;
  const name = known ? wanted : join(root, "dist", "index.html");
  let body = await readFile(name).catch(() => null);
  if (body === null) return outgoing.writeHead(404).end();
  const headers = { "content-type": TYPES[extname(name)] ?? "application/octet-stream" };
  if (name.endsWith("index.html")) {
    const nonce = randomBytes(16).toString("base64");
    body = body.toString().replaceAll("__CSP_NONCE__", nonce);
    headers["content-security-policy"] =
      `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; font-src 'self'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'`;
  }
  outgoing.writeHead(200, headers).end(body);
}
