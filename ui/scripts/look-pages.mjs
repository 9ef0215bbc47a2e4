// What `npm run look` opens: all lists in pages/, one file for each area, so that they do not collide.
import { readdir } from "node:fs/promises";

const folder = new URL("./pages/", import.meta.url);
const lists = await Promise.all(
  (await readdir(folder)).sort().map((name) => import(new URL(name, folder).href)),
);

export const PAGES = lists.flatMap((list) => list.PAGES);
