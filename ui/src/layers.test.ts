import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

// From the bottom to the top; a file may import from its own layer and from those below.
const LAYERS = ["lib", "components", "features", "routes"];
const root = join(import.meta.dirname);

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

test("imports go one way", () => {
  const faults: string[] = [];
  for (const [level, layer] of LAYERS.entries()) {
    for (const file of files(join(root, layer))) {
      for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"@\/(\w+)\//g)) {
        const above = LAYERS.indexOf(target) > level;
        const test = target === "test" && !/\.test\.tsx?$/.test(file);
        if (above || test) faults.push(`${relative(root, file)} imports from ${target}`);
      }
    }
  }
  expect(faults).toEqual([]);
});

test("no file is longer than 300 lines", () => {
  const long = LAYERS.flatMap((layer) => files(join(root, layer)))
    .filter((file) => !file.endsWith("api.gen.ts"))
    .map((file) => ({ file: relative(root, file), lines: readFileSync(file, "utf8").split("\n").length }))
    .filter(({ lines }) => 301 < lines);
  expect(long).toEqual([]);
});
