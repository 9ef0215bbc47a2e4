import { ZONE_CHOICES } from "@/lib/instants";
import { oneOf, searchOf, text } from "@/lib/search";

export const SLA_TABS = ["rules", "deliveries"] as const;
export type SlaTab = (typeof SLA_TABS)[number];
/** From the worst to the best; the order in which counts are shown. */
export const SLA_STATES = ["late", "missed", "on_track", "met"] as const;

/** `?tab=deliveries`, `?state=late&q=revenue`, `?rule=revenue_daily:daily`. */
export const slaSearch = searchOf({
  tab: oneOf(SLA_TABS, "rules"),
  state: oneOf(SLA_STATES),
  q: text(),
  rule: text(),
  tz: oneOf(ZONE_CHOICES),
});
export type SlaSearch = ReturnType<typeof slaSearch>;
