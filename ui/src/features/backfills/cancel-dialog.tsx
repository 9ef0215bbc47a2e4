import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { api, unwrap } from "@/lib/api";
import { count, plural } from "@/lib/format";
import { toast } from "@/lib/toasts";
import type { Backfill } from "@/lib/types";
import { overOf } from "./progress";
import { renewBackfills } from "./queries";

/** From so many runs on, the word is typed before they are cancelled. */
const TYPED_FROM = 1000;

/** Ends a backfill before it is done. */
export function CancelDialog({
  backfill,
  onOpenChange,
}: {
  backfill: Backfill;
  onOpenChange: (open: boolean) => void;
}) {
  const cache = useQueryClient();
  const left = Math.max(0, backfill.runs - overOf(backfill));
  const cancel = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/backfills/{id}/cancel", { params: { path: { id: backfill.id } } })),
    onSuccess: () => {
      onOpenChange(false);
      toast(`Backfill ${backfill.id} is cancelled.`, "good");
      return renewBackfills(cache);
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      title={`Cancel backfill ${backfill.id}?`}
      effect={`Cancel ${plural(left, "run")}`}
      danger
      typeToConfirm={left > TYPED_FROM ? String(backfill.id) : undefined}
      busy={cancel.isPending}
      error={cancel.error}
      onConfirm={() => cancel.mutate()}
    >
      <p>
        {count(left)} {left === 1 ? "run is" : "runs are"} not done: they are cancelled
        {backfill.running > 0 &&
          `, and the ${count(backfill.running)} that ${backfill.running === 1 ? "runs is" : "run are"} stopped`}
        . What is published stays. It cannot be resumed; what was cancelled can be retried.
      </p>
    </ConfirmDialog>
  );
}
