import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// `npm run e2e` runs the journeys; `npm run pictures` is the same world with a camera.
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL(".", import.meta.url)),
  cacheDir: fileURLToPath(new URL("../node_modules/.vite", import.meta.url)),
  test: {
    include: mode === "pictures" ? ["pictures.ts"] : ["*.e2e.ts"],
    globalSetup: ["setup.ts"],
    // One world for all: what one journey does to it, another must not see half done.
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
  },
}));
