import { count } from "@/lib/format";
import { TONE, type Tone } from "@/lib/states";

export interface Share {
  tone: Tone;
  label: string;
  value: number;
}

/** Parts of a whole, side by side; the name lists them, so that the colours are not needed. */
export function ProgressBar({ label, total, shares }: { label: string; total: number; shares: Share[] }) {
  const shown = shares.filter((share) => share.value > 0);
  const done = shown.map((share) => `${count(share.value)} ${share.label}`).join(", ");
  return (
    <div
      role="img"
      aria-label={`${label}: ${done || "nothing yet"} of ${count(total)}`}
      className="flex h-2.5 w-full gap-px overflow-hidden rounded-sm border border-line-strong bg-sunken"
    >
      {shown.map((share) => (
        <span
          key={share.label}
          title={`${count(share.value)} ${share.label}`}
          className={TONE[share.tone].bg}
          style={{ flexGrow: share.value, flexBasis: 0, minWidth: 2 }}
        />
      ))}
      <span
        style={{
          flexGrow: Math.max(0, total - shown.reduce((sum, share) => sum + share.value, 0)),
          flexBasis: 0,
        }}
      />
    </div>
  );
}
