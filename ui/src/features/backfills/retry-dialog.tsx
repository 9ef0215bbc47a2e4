import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorState } from "@/components/error-state";
import { Sentence } from "@/components/sentence";
import { Loading } from "@/components/skeleton";
import { api, idempotencyKey, idempotent, unwrap } from "@/lib/api";
import { plural } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { ApiError } from "@/lib/problem";
import { toast } from "@/lib/toasts";
import type { Backfill } from "@/lib/types";
import { MovedNotice } from "./moved-notice";
import { PlanView } from "./plan-view";
import { planMoved, renewBackfills, retryPlanQuery } from "./queries";

/** What failed or was cancelled, made again: its plan first, then the button. */
export function RetryDialog({ backfill, onClose }: { backfill: Backfill; onClose: () => void }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const may = useMay("backfill.create");
  const plan = useQuery(retryPlanQuery(backfill.id));
  const key = useRef(idempotencyKey());
  const apply = useMutation({
    mutationFn: (hash: string) =>
      unwrap(
        api.POST("/api/v1/backfills/{id}/retry", {
          params: { path: { id: backfill.id }, header: idempotent(key.current) },
          body: { plan: hash },
        }),
      ),
    onSuccess: (made) => {
      toast(`Backfill ${made.id} makes them again.`, "good");
      void renewBackfills(cache);
      return navigate({ to: "/backfills/$id", params: { id: String(made.id) } });
    },
    onError: (error) => {
      if (error instanceof ApiError && 400 <= error.status && error.status < 500)
        key.current = idempotencyKey();
      const moved = planMoved(error);
      if (moved) cache.setQueryData(retryPlanQuery(backfill.id).queryKey, moved.plan);
    },
  });
  const moved = planMoved(apply.error);
  const runs = plan.data?.runs ?? 0;
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={`Retry what backfill ${backfill.id} left undone`}
      description="A new backfill makes what failed and what was cancelled, as far as it is still needed."
    >
      <div className="flex flex-col gap-4">
        {moved && <MovedNotice moved={moved.moved} />}
        {plan.isPending ? (
          <Loading what="the plan" />
        ) : plan.isError ? (
          <ErrorState what="The plan could not be made." error={plan.error} retry={() => plan.refetch()} />
        ) : (
          <>
            <p>
              <Sentence text={plan.data.sentence} />
            </p>
            <PlanView plan={plan.data} />
          </>
        )}
        {apply.error && !moved && <ErrorState what="Nothing was started." error={apply.error} />}
        <div className="flex justify-end gap-2">
          <Button autoFocus onClick={onClose}>
            Leave it
          </Button>
          <Button
            kind="primary"
            busy={apply.isPending}
            disabledReason={
              may.reason ??
              (plan.data === undefined
                ? "There is no plan yet."
                : runs === 0
                  ? "There is nothing left to do."
                  : undefined)
            }
            onClick={() => plan.data && apply.mutate(plan.data.hash)}
          >
            {runs > 0 ? `Retry ${plural(runs, "partition")}` : "Retry"}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
