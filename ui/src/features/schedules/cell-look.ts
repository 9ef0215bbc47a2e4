import { type Look, TICK } from "@/lib/states";
import type { CellTone } from "./calendar";

/** How a square looks: like the ticks in it, and hatched for what is still to come. */
export const CELL: Record<CellTone, Look> = {
  failed: TICK.failed,
  open: TICK.open,
  done: TICK.done,
  skipped: TICK.skipped,
  planned: { tone: "missing", glyph: "·", label: "Planned", about: "falls due then" },
  empty: { tone: "missing", glyph: "", label: "Nothing", about: "nothing falls due" },
};
