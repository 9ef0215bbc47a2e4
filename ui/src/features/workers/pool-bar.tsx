import clsx from "clsx";
import { plural } from "@/lib/format";
import type { Pool } from "@/lib/types";
import type { Class, PoolUse } from "./pools";

// Told apart by pattern as well: plain, striped, dotted. None of them is a state.
const LOOK: Record<Class, string> = {
  live: "bg-accent",
  late: "bg-state-late stripes",
  backfill: "bg-state-waiting dots",
};

export function ClassMark({ of }: { of: Class }) {
  return <span aria-hidden className={clsx("inline-block size-3 rounded-[2px]", LOOK[of])} />;
}

export const CLASS_LABEL: Record<Class, string> = { live: "Live", late: "Late", backfill: "Backfill" };

/** `11 of 16 slots in use`, `3 slots in use, no limit`. */
export function slotWords(pool: Pool): string {
  if (pool.slots == null) return `${plural(pool.used, "slot")} in use, no limit`;
  return `${pool.used} of ${plural(pool.slots, "slot")} in use`;
}

/** The slots of a pool by the class that uses them. */
export function PoolBar({ pool, use }: { pool: Pool; use: PoolUse }) {
  const parts = use.segments.filter((segment) => segment.runs > 0);
  const runs = parts.map((part) => `${part.runs} ${CLASS_LABEL[part.class].toLowerCase()}`).join(", ");
  const length = Math.max(pool.slots ?? pool.used, pool.used, 1);
  return (
    <span
      role="img"
      aria-label={`${pool.name}: ${slotWords(pool)}${runs === "" ? "" : `; runs: ${runs}`}`}
      className={clsx(
        "flex h-4 overflow-hidden rounded-sm border",
        use.over ? "border-danger" : "border-line-strong",
        // Without a limit there is no whole to fill: half as long, and open at the end.
        pool.slots == null ? "w-1/2 rounded-r-none border-r-0" : "w-full bg-sunken",
      )}
    >
      {parts.map((part) => (
        <span
          key={part.class}
          title={`${plural(part.runs, "run")}, ${CLASS_LABEL[part.class].toLowerCase()}`}
          className={clsx("border-r border-panel last:border-r-0", LOOK[part.class])}
          style={{ width: `${part.share * 100}%` }}
        />
      ))}
      {use.other > 0 && (
        <span
          className="bg-state-off"
          title={`${plural(use.other, "slot")}`}
          style={{ width: `${(use.other / length) * 100}%` }}
        />
      )}
    </span>
  );
}
