import { expect, test } from "vitest";
import type { Column } from "./data-table";
import { fitting, leastWidth } from "./data-table-room";

const ids = <Row>(columns: readonly Column<Row>[], room: number) =>
  fitting(columns, room).map(({ id }) => id);

test("columns that yield go one by one, and only as far as they must", () => {
  const column = (id: string, yields?: number): Column<null> => ({
    id,
    header: id,
    width: "10rem",
    cell: () => null,
    ...(yields !== undefined && { yields }),
  });
  const columns = [column("state"), column("rate", 2), column("who", 1), column("outcome")];
  expect(leastWidth(columns)).toBe(640);
  expect(ids(columns, 640)).toEqual(["state", "rate", "who", "outcome"]);
  expect(ids(columns, 639)).toEqual(["state", "who", "outcome"]);
  expect(ids(columns, 100)).toEqual(["state", "outcome"]);
});
