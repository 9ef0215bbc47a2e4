import { plural } from "@/lib/format";

const SHOWN = 20;

/** What is different in the plan of now from the plan that was shown. */
export function MovedNotice({ moved }: { moved: readonly string[] }) {
  return (
    <section
      role="alert"
      aria-label="The plan has changed"
      className="rounded border border-warning bg-warning-soft px-3 py-2"
    >
      <h3 className="font-medium">Nothing was started: the world moved since this plan was made.</h3>
      {moved.length > 0 ? (
        <ul className="mt-1 list-disc pl-5 font-mono text-sm">
          {moved.slice(0, SHOWN).map((one) => (
            <li key={one}>{one}</li>
          ))}
          {moved.length > SHOWN && <li>and {plural(moved.length - SHOWN, "more difference")}</li>}
        </ul>
      ) : (
        <p className="mt-1">It makes the same partitions, but lacks other inputs or is drawn otherwise.</p>
      )}
      <p className="mt-1 text-muted">
        Below is the plan of now. Look at it, and start that one if it is what you want.
      </p>
    </section>
  );
}
