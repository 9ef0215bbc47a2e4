import { join } from "node:path";
import { itemsOf } from "./answers.ts";
import type { Visitor } from "./browser.ts";

/** The newest file of the shop, and the day it is of. */
export async function newestFile(me: Visitor, landing: string): Promise<{ day: string; file: string }> {
  const { body } = await me.api("GET", "/datasets/retail_lines/materializations?limit=100");
  const days = itemsOf(body).map((item) => String(item.partition));
  const day = days.sort().at(-1);
  if (!day) throw new Error("`retail_lines` has no partition");
  return { day, file: join(landing, "retail", `${day}.csv.gz`) };
}
