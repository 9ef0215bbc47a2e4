import { expect, test } from "vitest";
import type { Column } from "@/components/data-table";
import { fitting } from "@/components/data-table-room";
import { BACKFILL_COLUMNS } from "@/features/backfills/backfill-columns";
import { COLUMNS } from "@/features/catalog/columns";
import { RUN_COLUMNS } from "@/features/runs/run-columns";

const ids = <Row>(columns: readonly Column<Row>[], room: number) =>
  fitting(columns, room).map(({ id }) => id);

test("on a small laptop the lists still say how things stand, and who and what", () => {
  // What 1280 pixels leave beside the navigation, and in the catalog beside its filters.
  expect(ids(RUN_COLUMNS, 1030)).toEqual(expect.arrayContaining(["state", "dataset", "started", "error"]));
  expect(ids(BACKFILL_COLUMNS, 1030)).toEqual(expect.arrayContaining(["state", "request", "failed", "by"]));
  const shown = COLUMNS.filter(({ optional }) => optional !== "hidden");
  expect(ids(shown, 780)).toEqual(expect.arrayContaining(["state", "name", "bad", "sla"]));
});
