import { HEALTH_STATES, isWell, STANDING, TONE } from "@/lib/states";

/** The newest windows of a dataset as a row of little bars, the oldest first; its name says how many are bad. */
export function StateStrip({ strip, name }: { strip: readonly number[]; name: string }) {
  const looks = strip.map((state) => HEALTH_STATES[state]).filter((standing) => standing !== undefined);
  const bad = looks.filter((standing) => !isWell(standing)).length;
  if (looks.length === 0) return null;
  return (
    <span
      role="img"
      aria-label={
        bad === 0
          ? `The newest ${looks.length} windows of ${name} are as they should be`
          : `${bad} of the newest ${looks.length} windows of ${name} are not as they should be`
      }
      className="inline-flex h-4 items-stretch gap-px align-middle"
    >
      {looks.map((standing, index) => (
        <span
          key={index}
          title={STANDING[standing].label}
          className={`w-[4px] ${TONE[STANDING[standing].tone].bg} ${standing === "missing" ? "border border-line-strong" : ""}`}
        />
      ))}
    </span>
  );
}
