import { ZONE_CHOICES } from "@/lib/instants";
import { flag, oneOf, searchOf, text } from "@/lib/search";

/** `?pool=crm` shows who holds it; `?ended=1` lists workers that are gone, too. */
export const workersSearch = searchOf({ pool: text(), ended: flag(), tz: oneOf(ZONE_CHOICES) });
export type WorkersSearch = ReturnType<typeof workersSearch>;
