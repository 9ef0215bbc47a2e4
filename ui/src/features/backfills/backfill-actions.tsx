import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { api, unwrap } from "@/lib/api";
import { plural } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useShortcut } from "@/lib/shortcuts";
import { toast } from "@/lib/toasts";
import type { BackfillDetail } from "@/lib/types";
import { CancelDialog } from "./cancel-dialog";
import { ChangeDialog } from "./change-dialog";
import { PauseDialog } from "./pause-dialog";
import { renewBackfills } from "./queries";

/** What can be done with a backfill. What cannot says why. */
export function BackfillActions({ backfill, onRetry }: { backfill: BackfillDetail; onRetry: () => void }) {
  const cache = useQueryClient();
  const mayChange = useMay("backfill.control");
  const mayCancel = useMay("backfill.control");
  const mayCreate = useMay("backfill.create");
  const [dialog, setDialog] = useState<"pause" | "cancel" | "change" | null>(null);
  const close = (open: boolean) => !open && setDialog(null);
  const active = backfill.state === "active";
  const paused = Boolean(backfill.paused_at);
  const over = active ? undefined : "It is over.";
  const undone = backfill.failed + backfill.cancelled;
  const resume = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/backfills/{id}/resume", { params: { path: { id: backfill.id } } })),
    onSuccess: () => {
      toast(`Backfill ${backfill.id} goes on.`, "good");
      return renewBackfills(cache);
    },
    onError: (error) => toast(`Backfill ${backfill.id} could not be resumed: ${error.message}`, "danger"),
  });
  const pauseOrResume = () => {
    if (over || mayChange.reason) return;
    if (paused) resume.mutate();
    else setDialog("pause");
  };
  useShortcut(" ", "Pause or resume", pauseOrResume, { enabled: active });
  return (
    <>
      {active && (
        <Button
          busy={resume.isPending}
          kind={paused ? "primary" : "plain"}
          disabledReason={mayChange.reason}
          onClick={pauseOrResume}
        >
          {paused ? "Resume" : "Pause…"}
        </Button>
      )}
      {active && (
        <Button disabledReason={mayChange.reason} onClick={() => setDialog("change")}>
          Change…
        </Button>
      )}
      {active && (
        <Button disabledReason={mayCancel.reason} onClick={() => setDialog("cancel")}>
          Cancel…
        </Button>
      )}
      <Button
        kind={!active && undone > 0 ? "primary" : "plain"}
        disabledReason={
          mayCreate.reason ??
          (undone === 0
            ? "Nothing failed, and nothing was cancelled."
            : active
              ? "Some of it still runs. Retry when it is over."
              : undefined)
        }
        onClick={onRetry}
      >
        {undone > 0 ? `Retry ${plural(undone, "run")}…` : "Retry…"}
      </Button>
      {dialog === "pause" && <PauseDialog backfill={backfill} onOpenChange={close} />}
      {dialog === "cancel" && <CancelDialog backfill={backfill} onOpenChange={close} />}
      {dialog === "change" && <ChangeDialog backfill={backfill} onOpenChange={close} />}
    </>
  );
}
