import { ZONE_CHOICES } from "@/lib/instants";
import { oneOf, searchOf } from "@/lib/search";

export const BACKFILL_STATES = ["active", "completed", "failed", "cancelled"] as const;
export const ORIGINS = ["person", "schedule", "automation"] as const;

/** What the address of the list can say. */
export const backfillsSearch = searchOf({
  state: oneOf(BACKFILL_STATES),
  origin: oneOf(ORIGINS),
  tz: oneOf(ZONE_CHOICES),
});

export type BackfillsSearch = ReturnType<typeof backfillsSearch>;
