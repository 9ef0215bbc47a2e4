import { StateMark } from "@/components/state-badge";
import type { CellTone } from "./calendar";
import { CELL } from "./cell-look";

const SHOWN: readonly CellTone[] = ["failed", "open", "done", "skipped", "planned"];

export function Legend({ zone }: { zone: string }) {
  return (
    <p className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-muted">
      {SHOWN.map((tone) => (
        <span key={tone} className="inline-flex items-center gap-1.5">
          <StateMark look={CELL[tone]} />
          {CELL[tone].label}
        </span>
      ))}
      <span>A square shows the worst of its ticks. Days and hours of {zone}.</span>
    </p>
  );
}
