import { ZONE_CHOICES } from "@/lib/instants";
import { integer, oneOf, searchOf, someOf, text } from "@/lib/search";
import { STANDINGS } from "@/lib/states";

export const DATASET_TABS = [
  "partitions",
  "runs",
  "lineage",
  "schema",
  "preview",
  "manifest",
  "sla",
  "settings",
] as const;
export type DatasetTab = (typeof DATASET_TABS)[number];

/** What the address of this page can say; see `lib/search.ts`. */
export const datasetSearch = searchOf({
  tab: oneOf(DATASET_TABS, "partitions"),
  /** The partition whose details are open. */
  p: text(),
  /** The selection, see `lib/selection.ts`. */
  sel: text(),
  state: someOf(STANDINGS),
  slice: text(),
  zoom: integer(0, 4),
  view: oneOf(["grid", "list"], "grid"),
  tz: oneOf(ZONE_CHOICES),
});
