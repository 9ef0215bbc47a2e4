import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { copy } from "@/components/copy-button";
import { api, idempotencyKey, idempotent, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { Run } from "@/lib/types";
import { isLive } from "./queries";
import { cliOf } from "./run-words";

/** What can be done about a run. What cannot says why. */
export function RunActions({ run }: { run: Run }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const mayCancel = useMay("run.control");
  const mayRetry = useMay("run.control");
  const [asking, setAsking] = useState(false);
  // One key for as long as this page is open: two clicks make one backfill.
  const key = useRef(idempotencyKey());
  const path = { id: run.id };
  const cancel = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/runs/{id}/cancel", { params: { path } })),
    onSuccess: () => {
      setAsking(false);
      toast(`Run ${run.id} is cancelled.`, "good");
      return cache.invalidateQueries({ queryKey: ["runs"] });
    },
  });
  const retry = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/runs/{id}/retry", { params: { path, header: idempotent(key.current) } })),
    onSuccess: (backfill) => {
      toast(`Backfill ${backfill.id} makes it again.`, "good");
      return navigate({ to: "/backfills/$id", params: { id: String(backfill.id) } });
    },
    onError: (error) => toast(`Run ${run.id} could not be retried: ${error.message}`, "danger"),
  });
  const live = isLive(run);
  const ended = run.state === "failed" || run.state === "cancelled";
  return (
    <>
      <Button kind="quiet" onClick={() => copy(cliOf(run), "Command")}>
        Copy as command
      </Button>
      <Link to="/backfills/$id" params={{ id: String(run.backfill) }} className={buttonClass()}>
        Backfill {run.backfill}
      </Link>
      {live && (
        <Button onClick={() => setAsking(true)} disabledReason={mayCancel.reason}>
          Cancel run…
        </Button>
      )}
      {ended && (
        <Button
          kind="primary"
          busy={retry.isPending}
          onClick={() => retry.mutate()}
          disabledReason={mayRetry.reason}
        >
          Retry
        </Button>
      )}
      {/* Ranges are of time only: a partition with other dimensions is chosen on the grid. */}
      {run.state === "succeeded" && !run.partition.includes("/") && (
        <Link
          to="/backfills/new"
          search={{ dataset: [run.dataset], ranges: run.partition, select: ["all"] }}
          className={buttonClass()}
        >
          Make it again…
        </Link>
      )}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Cancel run ${run.id}?`}
        effect={`Cancel run ${run.id}`}
        danger
        busy={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.mutate()}
      >
        <p>
          {run.state === "running"
            ? "Its worker is told to stop; nothing of this attempt is published."
            : "It will not start."}{" "}
          Runs that wait for{" "}
          <span className="font-mono">
            {run.dataset} {run.partition}
          </span>{" "}
          cannot be made either. What was published before stays.
        </p>
      </ConfirmDialog>
    </>
  );
}
