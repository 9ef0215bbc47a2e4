import { Link } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { ErrorCode } from "@/components/error-code";
import { Panel } from "@/components/page";
import { plural } from "@/lib/format";
import type { BackfillDetail } from "@/lib/types";
import { failuresText } from "./progress";

/** What did not succeed, by cause: a hundred failures of one kind are one line. */
export function BackfillCauses({ backfill, onRetry }: { backfill: BackfillDetail; onRetry: () => void }) {
  const causes = [...backfill.causes].sort((a, b) => b.runs - a.runs);
  return (
    <Panel
      title="What failed"
      aside={
        backfill.state !== "active" && (
          <Button size="small" onClick={onRetry}>
            Retry…
          </Button>
        )
      }
      flush
    >
      <p className="border-b border-line px-4 py-1.5 text-muted">{failuresText(causes)}.</p>
      <ul className="divide-y divide-line">
        {causes.map((cause) => (
          <li
            key={`${cause.dataset} ${cause.code} ${cause.error}`}
            className="grid gap-x-4 px-4 py-2 sm:grid-cols-[7rem_minmax(0,1fr)_max-content]"
          >
            <Link
              to="/runs"
              search={{ backfill: backfill.id, dataset: cause.dataset, code: cause.code }}
              className="font-medium text-danger hover:underline"
            >
              {plural(cause.runs, "run")}
            </Link>
            <div className="min-w-0">
              <span className="font-mono">{cause.dataset}</span>{" "}
              <span className="text-muted">
                <ErrorCode code={cause.code} />
              </span>
              {cause.error && <p className="line-clamp-3 break-words font-mono text-sm">{cause.error}</p>}
            </div>
            <Link
              to="/runs/$id"
              params={{ id: String(cause.example) }}
              search={{ tab: "log" }}
              className="text-accent hover:underline"
            >
              Log of run {cause.example}
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
