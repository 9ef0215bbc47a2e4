import { Link } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { ErrorCode } from "@/components/error-code";
import { Panel } from "@/components/page";
import { plural } from "@/lib/format";
import type { BackfillDetail } from "@/lib/types";
import { datasetsText, failuresText } from "./progress";

type Cause = BackfillDetail["causes"][number];
type Cancellation = BackfillDetail["cancellations"][number];

const ROW = "grid gap-x-4 px-4 py-2 sm:grid-cols-[7rem_minmax(0,1fr)_max-content]";

/** What did not succeed, by cause: a hundred failures of one kind are one line. */
export function BackfillCauses({ backfill, onRetry }: { backfill: BackfillDetail; onRetry: () => void }) {
  const { causes, cancellations } = backfill;
  return (
    <Panel
      title={causes.length > 0 ? "What failed" : "What was cancelled"}
      aside={
        backfill.state !== "active" && (
          <Button size="small" onClick={onRetry}>
            Retry…
          </Button>
        )
      }
      flush
    >
      {causes.length > 0 && (
        <p className="border-b border-line px-4 py-1.5 text-muted">{failuresText(causes)}.</p>
      )}
      <ul className="divide-y divide-line">
        {causes.map((cause) => (
          <CauseRow key={`${cause.code} ${cause.example}`} cause={cause} backfill={backfill.id} />
        ))}
        {cancellations.map((each) => (
          <CancellationRow key={each.reason} cancellation={each} backfill={backfill.id} />
        ))}
      </ul>
    </Panel>
  );
}

function CauseRow({ cause, backfill }: { cause: Cause; backfill: number }) {
  const failed = cause.runs > 0;
  return (
    <li className={ROW}>
      <Link
        to="/runs"
        search={{ backfill, code: cause.code }}
        className="font-medium text-danger hover:underline"
      >
        {plural(failed ? cause.runs : cause.blocked, "run")}
      </Link>
      <div className="min-w-0">
        <span className="font-mono">{datasetsText(failed ? cause.datasets : cause.blocked_datasets)}</span>{" "}
        <span className="text-muted">
          <ErrorCode code={cause.code} />
        </span>
        {cause.error && <p className="line-clamp-3 break-words font-mono text-sm">{cause.error}</p>}
        {failed && cause.blocked > 0 && (
          <p className="text-sm text-muted">
            Without it{" "}
            <Link to="/runs" search={{ backfill, code: "TM0406" }} className="text-accent hover:underline">
              {plural(cause.blocked, "run")} more
            </Link>{" "}
            could not start: <span className="font-mono">{datasetsText(cause.blocked_datasets)}</span>
          </p>
        )}
      </div>
      <ExampleLink run={cause.example} />
    </li>
  );
}

function CancellationRow({ cancellation, backfill }: { cancellation: Cancellation; backfill: number }) {
  return (
    <li className={ROW}>
      <Link to="/runs" search={{ backfill, state: ["cancelled"] }} className="text-accent hover:underline">
        {plural(cancellation.runs, "run")}
      </Link>
      <span className="min-w-0 break-words text-muted">{cancellation.reason}</span>
      <ExampleLink run={cancellation.example} />
    </li>
  );
}

function ExampleLink({ run }: { run: number }) {
  return (
    <Link
      to="/runs/$id"
      params={{ id: String(run) }}
      search={{ tab: "log" }}
      className="text-accent hover:underline"
    >
      Log of run {run}
    </Link>
  );
}
