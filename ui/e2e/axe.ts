import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What hinders somebody on this page, each in one line. */
export async function hindrances(page: Page): Promise<string[]> {
  await page.evaluate(SOURCE);
  const found = await page.evaluate((values): Promise<AxeResults> => {
    const axe: unknown = Reflect.get(window, "axe");
    if (typeof axe !== "object" || axe === null) throw new Error("axe is not in the page");
    const run: unknown = Reflect.get(axe, "run");
    if (typeof run !== "function") throw new Error("axe cannot run");
    return run.call(axe, document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
  }, TAGS);
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map((node) => `${id}: ${help}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
  );
}
