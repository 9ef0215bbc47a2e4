import { Link } from "@tanstack/react-router";
import { Count } from "@/components/amount";
import { ProgressBar } from "@/components/progress-bar";
import { StateMark } from "@/components/state-badge";
import { STANDING, STANDINGS } from "@/lib/states";

/** How all partitions stand; each count leads to the datasets that have such partitions. */
export function StandingBar({ counts }: { counts: { [key: string]: number } }) {
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const shown = STANDINGS.filter((standing) => 0 < (counts[standing] ?? 0));
  return (
    <section
      aria-label="Partitions by state"
      className="flex flex-col gap-2 rounded border border-line bg-panel px-4 py-3"
    >
      <ul className="flex flex-wrap gap-x-6 gap-y-1">
        {shown.map((standing) => (
          <li key={standing}>
            <Link
              to="/datasets"
              search={{ state: [standing] }}
              className="inline-flex items-center gap-1.5 hover:underline"
            >
              <StateMark look={STANDING[standing]} />
              <span className="font-semibold">
                <Count value={counts[standing]} />
              </span>
              {STANDING[standing].label.toLowerCase()}
            </Link>
          </li>
        ))}
      </ul>
      <ProgressBar
        label="Partitions"
        total={total}
        shares={shown.map((standing) => ({
          tone: STANDING[standing].tone,
          label: STANDING[standing].label.toLowerCase(),
          value: counts[standing] ?? 0,
        }))}
      />
    </section>
  );
}
