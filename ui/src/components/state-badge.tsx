import clsx from "clsx";
import {
  ATTEMPT,
  type AttemptState,
  BACKFILL,
  type BackfillState,
  type Look,
  RUN,
  type RunState,
  SLA,
  STANDING,
  TICK,
  type TickState,
  TONE,
} from "@/lib/states";
import type { SlaState, Standing } from "@/lib/types";
import { Tooltip } from "./tooltip";

/** The small square of a state: colour and glyph. */
export function StateMark({ look, className }: { look: Look; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={clsx(
        "inline-flex size-4 shrink-0 select-none items-center justify-center rounded-[3px] border text-[10px] font-bold leading-none",
        look.tone === "missing" ? "border-line-strong" : "border-transparent",
        TONE[look.tone].bg,
        TONE[look.tone].ink,
        className,
      )}
    >
      {look.glyph}
    </span>
  );
}

/** A state as mark and word; the tooltip says what it means. */
export function LookBadge({ look, detail }: { look: Look; detail?: string | null | undefined }) {
  return (
    <Tooltip text={`${look.label}: ${detail ?? look.about}`}>
      <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
        <StateMark look={look} />
        <span>{look.label}</span>
      </span>
    </Tooltip>
  );
}

type State =
  | { standing: Standing }
  | { run: RunState }
  | { backfill: BackfillState }
  | { attempt: AttemptState }
  | { sla: SlaState }
  | { tick: TickState };

/** `<StateBadge run="failed" />`, `<StateBadge standing="stale" detail="code has changed" />`. */
export function StateBadge(props: State & { detail?: string | null | undefined }) {
  return <LookBadge look={lookOf(props)} detail={props.detail} />;
}

export function lookOf(state: State): Look {
  if ("standing" in state) return STANDING[state.standing];
  if ("run" in state) return RUN[state.run];
  if ("backfill" in state) return BACKFILL[state.backfill];
  if ("attempt" in state) return ATTEMPT[state.attempt];
  if ("sla" in state) return SLA[state.sla];
  return TICK[state.tick];
}
