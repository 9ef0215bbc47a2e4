import { ZONE_CHOICES } from "@/lib/instants";
import { oneOf, searchOf, text } from "@/lib/search";

/** `?q=cancel`, `?op=cancel_run`, `?schema=Run`. */
export const apiReferenceSearch = searchOf({
  q: text(),
  op: text(),
  schema: text(),
  tz: oneOf(ZONE_CHOICES),
});
export type ApiReferenceSearch = ReturnType<typeof apiReferenceSearch>;
