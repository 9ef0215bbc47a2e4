/** Filters of lists under names of one's own. The address holds what a list shows, so a view is an address. */
import { isRecord } from "./problem";
import { parseSearch, stringifySearch } from "./search";
import { createKept, parsed } from "./store";

export const VIEW_PAGES = {
  "/runs": "Runs",
  "/datasets": "Datasets",
  "/backfills": "Backfills",
  "/audit": "Audit",
} as const;
export type ViewPage = keyof typeof VIEW_PAGES;

export interface View {
  page: ViewPage;
  name: string;
  /** As in the address: `?state=failed`. */
  search: string;
}

const MOST = 100;
/** What is looked at for a moment is no part of a view. */
const PASSING = ["tz", "entry"];

export const views = createKept("views", readViews, JSON.stringify);

/** The search of an address as a view keeps it. */
export function viewSearch(search: string): string {
  const kept = Object.entries(parseSearch(search)).filter(([key]) => !PASSING.includes(key));
  return stringifySearch(Object.fromEntries(kept));
}

/** Keeps a view; one of the same name on the same page gives way. */
export function saveView(view: View): void {
  views.set((all) => [...all.filter((one) => !isSame(one, view)), view].slice(-MOST));
}

export function removeView(view: View): void {
  views.set((all) => all.filter((one) => !isSame(one, view)));
}

function isSame(a: View, b: View): boolean {
  return a.page === b.page && a.name === b.name;
}

function isPage(word: unknown): word is ViewPage {
  return typeof word === "string" && Object.hasOwn(VIEW_PAGES, word);
}

function readViews(kept: string | null): readonly View[] {
  const found = parsed(kept);
  if (!Array.isArray(found)) return [];
  return found.filter(
    (one): one is View =>
      isRecord(one) && isPage(one.page) && typeof one.name === "string" && typeof one.search === "string",
  );
}
