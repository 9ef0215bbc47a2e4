import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);

/** What is sent before any page is seen, and what each page adds to that. */
export async function sizes() {
  const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));
  const closure = (key, seen = new Set()) => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return seen;
    seen.add(key);
    for (const next of chunk.imports ?? []) closure(next, seen);
    return seen;
  };
  const filesOf = (keys) =>
    new Set(
      [...keys].flatMap((key) => [
        manifest[key].file,
        ...(manifest[key].css ?? []),
        ...(manifest[key].assets ?? []),
      ]),
    );
  const sizeOf = async (files) => {
    let sum = 0;
    for (const file of files) sum += gzipSync(await readFile(new URL(file, dist)), { level: 9 }).length;
    return sum;
  };
  const keys = Object.keys(manifest);
  const isRoute = (key) => key.startsWith("src/routes/") && key.includes("tsr-split=component");
  const shell = keys.filter((key) => isRoute(key) && key.startsWith("src/routes/_app.tsx"));
  const base = new Set(["index.html", ...shell].flatMap((key) => [...closure(key)]));
  const baseFiles = filesOf(base);
  const first = (await sizeOf(baseFiles)) + gzipSync(await readFile(new URL("index.html", dist))).length;
  const routes = [];
  for (const key of keys.filter((one) => isRoute(one) && !shell.includes(one))) {
    const now = closure(key);
    // What the page fetches by itself later, such as the near view of the lineage.
    const all = new Set(now);
    for (const own of all) {
      if (base.has(own)) continue;
      for (const later of manifest[own].dynamicImports ?? []) closure(later, all);
    }
    const own = (keys) => [...filesOf(keys)].filter((file) => !baseFiles.has(file));
    const name = key.replace("src/routes/", "").replace(/\.tsx.*/, "");
    routes.push({ name, now: await sizeOf(own(now)), all: await sizeOf(own(all)) });
  }
  return { first, routes };
}
