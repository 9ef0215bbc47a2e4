import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { columnChoice } from "@/lib/columns";
import { saveFile } from "@/lib/save-file";
import { remembered } from "@/lib/store";
import { datasetRow } from "@/test/factories/datasets";
import { open } from "@/test/render";
import { toCsv } from "./catalog-export";

vi.mock("@/lib/save-file", () => ({ saveFile: vi.fn() }));
afterEach(() => columnChoice("datasets").set({}));

const headers = async () =>
  within(await screen.findByRole("grid", { name: "Datasets" }))
    .getAllByRole("columnheader")
    .map((header) => header.textContent);

test("columns are chosen, and the browser remembers which", async () => {
  open("/datasets");
  expect(await headers()).toContain("Owner");
  fireEvent.click(screen.getByRole("button", { name: "Columns" }));
  const sheet = await screen.findByRole("dialog", { name: "Columns" });
  fireEvent.click(within(sheet).getByRole("checkbox", { name: "Owner" }));
  fireEvent.click(within(sheet).getByRole("checkbox", { name: "Tags" }));
  // What names a row stays.
  expect(within(sheet).getByRole("checkbox", { name: /^Dataset/ })).toHaveProperty("disabled", true);
  await waitFor(async () => expect(await headers()).not.toContain("Owner"));
  expect(await headers()).toContain("Tags");
  expect(JSON.parse(remembered("columns.datasets") ?? "")).toEqual({ owner: false, tags: true });
  fireEvent.click(within(sheet).getByRole("button", { name: "As they were" }));
  await waitFor(async () => expect(await headers()).toContain("Owner"));
});

test("the file has all pages of what is filtered, and says how many they are", async () => {
  open("/datasets?q=mart");
  fireEvent.click(await screen.findByRole("button", { name: "CSV…" }));
  const dialog = await screen.findByRole("dialog", { name: "Datasets as CSV" });
  await within(dialog).findByText("130 datasets to write.");
  fireEvent.click(within(dialog).getByRole("button", { name: "Save CSV" }));
  expect(saveFile).toHaveBeenCalledWith("datasets-2026-11-22.csv", "text/csv", expect.any(String));
  const [, , text = ""] = vi.mocked(saveFile).mock.calls[0] ?? [];
  expect(text.trimEnd().split("\r\n")).toHaveLength(131);
});

test("a row has how many partitions stand where", () => {
  const [header, row] = toCsv([datasetRow.failed()]).split("\r\n");
  expect(header).toBe(
    "name,kind,owner,tags,cut,worst,partitions,failed,stale,missing,missing-upstream,running,waiting,fresh," +
      "present,paused,automation,sla,published_at,description",
  );
  expect(row).toBe(
    'dev_sessions_daily,transform,growth,,daily,failed,730,12,61,0,0,4,9,644,0,no,eager,late,2026-11-22T06:02:11Z,"Sessions of all products, one row for each"',
  );
});
