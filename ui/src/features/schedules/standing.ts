/** How a schedule stands, and what the page says of all of them. */
import type { Look } from "@/lib/states";
import type { Schedule } from "@/lib/types";

export type Standing = "failing" | "open" | "paused" | "on" | "over";

const LOOKS: Record<Standing, Look> = {
  failing: {
    tone: "failed",
    glyph: "✕",
    label: "Failing",
    about: "partitions of some ticks could not be made",
  },
  open: {
    tone: "waiting",
    glyph: "◔",
    label: "Waiting",
    about: "partitions of some ticks are not there yet",
  },
  paused: {
    tone: "late",
    glyph: "❚❚",
    label: "Paused",
    about: "ticks are skipped until somebody resumes it",
  },
  on: {
    tone: "fresh",
    glyph: "✓",
    label: "On",
    about: "the last tick is settled, and the next one is known",
  },
  over: { tone: "off", glyph: "–", label: "Over", about: "it does not fall due again" },
};

const ORDER: readonly Standing[] = ["failing", "open", "paused", "on", "over"];

export function standing(schedule: Schedule): Standing {
  if (schedule.failed > 0) return "failing";
  if (schedule.paused_at != null) return "paused";
  if (schedule.open > 0) return "open";
  return schedule.next_at == null ? "over" : "on";
}

export function scheduleLook(schedule: Schedule): Look {
  return LOOKS[standing(schedule)];
}

export function worstFirst(schedules: readonly Schedule[]): Schedule[] {
  const rank = (schedule: Schedule) => ORDER.indexOf(standing(schedule));
  return [...schedules].sort(
    (one, other) => rank(one) - rank(other) || one.dataset.localeCompare(other.dataset),
  );
}

/** `7 schedules: 1 failing, 1 waiting, 1 paused.` */
export function sentence(schedules: readonly Schedule[]): string {
  const all = schedules.length === 1 ? "1 schedule" : `${schedules.length} schedules`;
  const said = (["failing", "open", "paused"] as const)
    .map((each) => [schedules.filter((schedule) => standing(schedule) === each).length, each] as const)
    .filter(([count]) => count > 0)
    .map(([count, each]) => `${count} ${LOOKS[each].label.toLowerCase()}`);
  return said.length === 0 ? `${all}, all on.` : `${all}: ${said.join(", ")}.`;
}
