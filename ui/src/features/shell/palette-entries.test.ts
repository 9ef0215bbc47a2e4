import { expect, test } from "vitest";
import type { View } from "@/lib/views";
import { datasetRow } from "@/test/factories/datasets";
import { AREAS } from "./areas";
import { entriesFor, type Numbered } from "./palette-entries";

const rows = [datasetRow.failed(), datasetRow.fresh(), datasetRow.source()];
const shortcuts = [{ keys: "t", label: "Next theme", group: "Everywhere", run() {} }];
const keys = (q: string, views: View[] = [], absent: Numbered[] = []) =>
  entriesFor(q, { areas: AREAS, datasets: rows, shortcuts, views, absent }).map(({ key }) => key);

test("a number is a run or a backfill", () => {
  expect(keys("17")).toEqual(["run 17", "backfill 17"]);
  expect(keys("b17")).toEqual(["backfill 17"]);
  expect(keys("run 17")).toEqual(["run 17"]);
  expect(keys("17", [], ["backfill"])).toEqual(["run 17"]);
});

test("a name finds datasets before pages", () => {
  expect(keys("s")[0]).toBe("dataset dev_sessions_daily");
  expect(keys("dev dau")).toEqual(["dataset dev_dau"]);
  expect(keys("theme")).toEqual(["action t"]);
});

test("with nothing typed the pages come first", () => {
  expect(keys("").slice(0, 2)).toEqual(["/", "/datasets"]);
});

test("saved views are found by their name and by their page, and come first", () => {
  const saved: View[] = [{ page: "/runs", name: "Failed today", search: "?state=failed&hours=24" }];
  expect(keys("failed t", saved)).toEqual(["view /runs Failed today"]);
  expect(keys("runs", saved)).toEqual(["view /runs Failed today", "/runs"]);
  expect(keys("", saved)[0]).toBe("view /runs Failed today");
});
