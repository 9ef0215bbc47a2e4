import { expect, test } from "vitest";
import { datasetRow } from "@/test/factories/datasets";
import { AREAS } from "./areas";
import { entriesFor } from "./palette-entries";

const rows = [datasetRow.failed(), datasetRow.fresh(), datasetRow.source()];
const keys = (q: string) =>
  entriesFor(q, AREAS, rows, [{ keys: "t", label: "Next theme", group: "Everywhere", run() {} }]).map(
    ({ key }) => key,
  );

test("a number is a run or a backfill", () => {
  expect(keys("17")).toEqual(["run 17", "backfill 17"]);
  expect(keys("b17")).toEqual(["backfill 17"]);
  expect(keys("run 17")).toEqual(["run 17"]);
});

test("a name finds datasets before pages", () => {
  expect(keys("s")[0]).toBe("dataset dev_sessions_daily");
  expect(keys("dev dau")).toEqual(["dataset dev_dau"]);
  expect(keys("theme")).toEqual(["action t"]);
});

test("with nothing typed the pages come first", () => {
  expect(keys("").slice(0, 2)).toEqual(["/", "/datasets"]);
});
