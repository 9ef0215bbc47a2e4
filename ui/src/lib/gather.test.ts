import { expect, test } from "vitest";
import { gather } from "./gather";

const PAGES = [[1, 2], [3, 4], [5]];
const page = async (cursor: string | null) => {
  const index = Number(cursor ?? 0);
  return { items: PAGES[index] ?? [], next: index + 1 < PAGES.length ? String(index + 1) : null };
};
const { signal } = new AbortController();

test("pages are read to the end", async () => {
  const heard: number[] = [];
  const gathered = await gather(page, 100, (rows) => heard.push(rows), signal);
  expect(gathered).toEqual({ rows: [1, 2, 3, 4, 5], complete: true });
  expect(heard).toEqual([2, 4, 5]);
});

test("at the limit it stops, and says so", async () => {
  expect(await gather(page, 3, () => {}, signal)).toEqual({ rows: [1, 2, 3], complete: false });
  expect(await gather(page, 5, () => {}, signal)).toEqual({ rows: [1, 2, 3, 4, 5], complete: true });
});
