import { ZONE_CHOICES } from "@/lib/instants";
import { flag, integer, oneOf, searchOf, text, texts } from "@/lib/search";

export const VIEWS = ["graph", "list", "impact"] as const;
export type View = (typeof VIEWS)[number];

/** What the address of the lineage page can say. */
export const lineageSearch = searchOf({
  /** The dataset whose neighbourhood is shown; without one, everything is. */
  focus: text(),
  up: integer(0, 50),
  down: integer(0, 50),
  q: text(),
  group: oneOf(["none", "owner", "tag"]),
  /** What a person opened: neighbours of these datasets, these groups and hubs. */
  open: texts(),
  /** The box that is chosen, and whether its panel is open. */
  node: text(),
  panel: flag(),
  view: oneOf(VIEWS, "graph"),
  /** Of the impact list: which way, and how far. */
  way: oneOf(["down", "up"], "down"),
  hop: integer(1, 50),
  /** One version of one partition, followed up and down. */
  materialization: integer(1),
  tz: oneOf(ZONE_CHOICES),
});

export type LineageSearch = ReturnType<typeof lineageSearch>;
