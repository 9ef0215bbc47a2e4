import { Link } from "@tanstack/react-router";
import { Count } from "@/components/amount";
import { Sentence } from "@/components/sentence";
import { Time } from "@/components/time";
import type { Why } from "@/lib/types";

/** Why it stands as it does: one sentence, then what it comes from, the nearest first. */
export function WhyBlock({ why }: { why: Why }) {
  return (
    <section aria-label="Why">
      <p>
        <Sentence text={why.sentence} />
      </p>
      {why.causes.length > 0 && (
        <ol className="mt-2 flex flex-col gap-1.5">
          {why.causes.map((cause, index) => (
            <li
              key={index}
              className="border-l-2 border-line-strong pl-2"
              style={{ marginLeft: Math.min(cause.depth, 6) * 10 }}
            >
              <Link
                to="/datasets/$name"
                params={{ name: cause.dataset }}
                search={cause.partition ? { p: cause.partition } : {}}
                className="font-mono text-accent hover:underline"
              >
                {cause.dataset}
                {cause.partition && ` ${cause.partition}`}
              </Link>{" "}
              <Sentence text={cause.text} />
              <span className="text-sm text-muted">
                {cause.rows !== null && cause.rows !== undefined && (
                  <>
                    {" · "}
                    <Count value={cause.rows} /> rows
                  </>
                )}
                {cause.at && (
                  <>
                    {" · "}
                    <Time at={cause.at} />
                  </>
                )}
                {cause.source && " · source"}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
