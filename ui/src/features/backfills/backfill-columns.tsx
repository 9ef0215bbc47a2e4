import { Link } from "@tanstack/react-router";
import { Count } from "@/components/amount";
import type { Column } from "@/components/data-table";
import { ProgressBar } from "@/components/progress-bar";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { duration } from "@/lib/format";
import { backfillState } from "@/lib/states";
import type { Backfill } from "@/lib/types";
import { doneOf, rateText, segmentsOf } from "./progress";

export const BACKFILL_COLUMNS: readonly Column<Backfill>[] = [
  {
    id: "state",
    header: "State",
    width: "7.5rem",
    cell: (backfill) => (
      <StateBadge
        backfill={backfillState(backfill)}
        detail={backfill.paused_by && `by ${backfill.paused_by}`}
      />
    ),
  },
  {
    id: "id",
    header: "Backfill",
    width: "5rem",
    cell: (backfill) => (
      <Link
        to="/backfills/$id"
        params={{ id: String(backfill.id) }}
        className="font-mono text-accent hover:underline"
      >
        {backfill.id}
      </Link>
    ),
  },
  {
    id: "request",
    header: "What",
    width: "minmax(13rem,2.5fr)",
    cell: (backfill) => (
      <span className="font-mono" title={backfill.request}>
        {backfill.request}
      </span>
    ),
  },
  {
    id: "progress",
    yields: 3,
    header: "Progress",
    width: "minmax(7rem,1fr)",
    cell: (backfill) => (
      <span className="flex items-center">
        <ProgressBar
          label="Progress"
          total={backfill.runs}
          shares={segmentsOf(backfill)
            .filter((segment) => segment.key !== "left")
            .map((segment) => ({
              tone: segment.tone,
              label: segment.label.toLowerCase(),
              value: segment.runs,
            }))}
        />
      </span>
    ),
  },
  {
    id: "done",
    header: "Done",
    width: "8rem",
    align: "right",
    cell: (backfill) => (
      <span>
        <Count value={doneOf(backfill)} /> <span className="text-muted">of</span>{" "}
        <Count value={backfill.runs} />
      </span>
    ),
  },
  {
    id: "failed",
    header: "Failed",
    width: "4.5rem",
    align: "right",
    cell: (backfill) =>
      backfill.failed > 0 ? (
        <Link
          to="/runs"
          search={{ backfill: backfill.id, state: ["failed"] }}
          aria-label={`${backfill.failed} failed runs of backfill ${backfill.id}`}
          className="font-medium text-danger hover:underline"
        >
          <Count value={backfill.failed} />
        </Link>
      ) : (
        <span className="text-muted">0</span>
      ),
  },
  {
    id: "rate",
    yields: 5,
    header: "Rate",
    width: "8.5rem",
    align: "right",
    cell: (backfill) =>
      backfill.state === "active" && backfill.rate ? (
        rateText(backfill.rate)
      ) : (
        <span className="text-muted">–</span>
      ),
  },
  {
    id: "left",
    yields: 4,
    header: "Left",
    width: "6rem",
    align: "right",
    cell: (backfill) =>
      backfill.state === "active" && !backfill.paused_at && typeof backfill.seconds_left === "number" ? (
        duration(backfill.seconds_left)
      ) : (
        <span className="text-muted">–</span>
      ),
  },
  {
    id: "by",
    yields: 1,
    header: "By",
    width: "6.5rem",
    cell: (backfill) => <span title={backfill.origin}>{backfill.created_by}</span>,
  },
  {
    id: "at",
    yields: 2,
    header: "Created",
    width: "7rem",
    align: "right",
    cell: (backfill) => <Time at={backfill.created_at} brief zoneless />,
  },
];
