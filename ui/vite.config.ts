import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Relative, so that the server may put the program below a prefix: `<base href>` says where.
  base: "./",
  plugins: [
    tanstackRouter({ target: "react", autoCodeSplitting: true, quoteStyle: "double", semicolons: true }),
    react(),
    tailwindcss(),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The server replaces this word by a nonce of its own in every answer.
  html: { cspNonce: "__CSP_NONCE__" },
  worker: { format: "es" },
  build: {
    target: "es2022",
    manifest: true,
    // Data URLs would need `font-src data:` and such in the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": process.env.TIDEMILL_URL ?? "http://127.0.0.1:7117" } },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    // A busy machine is no fault of the page.
    testTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
    maxWorkers: 2,
  },
});
