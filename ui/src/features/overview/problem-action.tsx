import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button, buttonClass } from "@/components/button";
import { api, idempotencyKey, idempotent, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { ProblemItem } from "@/lib/types";
import { problemLink } from "./problem-link";

/** What one does about a problem first: without an action of its own, going where it is dealt with. */
export function ProblemAction({ item }: { item: ProblemItem }) {
  const { kind, dataset, run } = item;
  if (kind === "failed" && dataset) {
    return item.partitions === 1 && run ? <RetryRun run={run} /> : <RetryFailed dataset={dataset} />;
  }
  if (kind === "paused" && dataset) return <Resume dataset={dataset} />;
  return (
    <Link {...problemLink(item)} className={buttonClass("plain", "small")}>
      {kind === "hold" ? "Decide…" : kind === "no_worker" ? "Workers" : "Open"}
    </Link>
  );
}

function RetryRun({ run }: { run: number }) {
  const may = useMay("run.control");
  const cache = useQueryClient();
  const navigate = useNavigate();
  // One key for as long as it is shown: two clicks make one backfill.
  const [key] = useState(idempotencyKey);
  const retry = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/runs/{id}/retry", { params: { path: { id: run }, header: idempotent(key) } })),
    onSuccess: (backfill) => {
      void cache.invalidateQueries({ queryKey: ["overview"] });
      toast(`Backfill ${backfill.id} makes it again.`, "good", {
        label: "Open",
        run: () => void navigate({ to: "/backfills/$id", params: { id: String(backfill.id) } }),
      });
    },
    onError: (error) => toast(`Run ${run} could not be retried: ${error.message}`, "danger"),
  });
  return (
    <Button size="small" busy={retry.isPending} disabledReason={may.reason} onClick={() => retry.mutate()}>
      Retry
    </Button>
  );
}

/** Several at once are worth a look at the plan first. */
function RetryFailed({ dataset }: { dataset: string }) {
  const may = useMay("backfill.create");
  if (may.reason) {
    return (
      <Button size="small" disabledReason={may.reason}>
        Retry failed…
      </Button>
    );
  }
  return (
    <Link
      to="/backfills/new"
      search={{ dataset: [dataset], select: ["failed"] }}
      className={buttonClass("plain", "small")}
    >
      Retry failed…
    </Link>
  );
}

function Resume({ dataset }: { dataset: string }) {
  const may = useMay("job.control");
  const cache = useQueryClient();
  const resume = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/datasets/{name}/resume", { params: { path: { name: dataset } } })),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ["overview"] });
      toast(`${dataset} goes on.`, "good");
    },
    onError: (error) => toast(`${dataset} could not be resumed: ${error.message}`, "danger"),
  });
  return (
    <Button size="small" busy={resume.isPending} disabledReason={may.reason} onClick={() => resume.mutate()}>
      Resume
    </Button>
  );
}
