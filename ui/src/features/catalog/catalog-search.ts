import { ZONE_CHOICES } from "@/lib/instants";
import { oneOf, searchOf, someOf, text, texts } from "@/lib/search";
import { STANDINGS } from "@/lib/states";

export const KINDS = ["source", "transform", "load", "export"] as const;

/** What the address of this page can say; see `lib/search.ts`. */
export const catalogSearch = searchOf({
  q: text(),
  state: someOf(STANDINGS),
  kind: someOf(KINDS),
  owner: texts(),
  tag: texts(),
  sort: oneOf(["state", "name", "published"], "state"),
  tz: oneOf(ZONE_CHOICES),
});
