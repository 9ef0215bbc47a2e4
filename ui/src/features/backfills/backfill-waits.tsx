import { Link } from "@tanstack/react-router";
import { Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { plural } from "@/lib/format";
import type { BackfillDetail } from "@/lib/types";

/** Why what has not started has not, by dataset and reason. */
export function BackfillWaits({ waits }: { waits: BackfillDetail["waits"] }) {
  return (
    <Panel title="What waits" flush>
      <ul className="divide-y divide-line">
        {[...waits]
          .sort((a, b) => b.runs - a.runs)
          .map((wait) => (
            <li
              key={`${wait.dataset} ${wait.why}`}
              className="grid gap-x-4 px-4 py-1.5 sm:grid-cols-[7rem_minmax(10rem,16rem)_minmax(0,1fr)_max-content]"
            >
              <span>{plural(wait.runs, "run")}</span>
              <span className="truncate font-mono">{wait.dataset}</span>
              <span className="min-w-0 break-words">
                <Sentence text={wait.text} />
              </span>
              <Link
                to="/runs/$id"
                params={{ id: String(wait.example) }}
                className="text-accent hover:underline"
              >
                run {wait.example}
              </Link>
            </li>
          ))}
      </ul>
    </Panel>
  );
}
