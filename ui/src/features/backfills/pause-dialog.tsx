import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { api, unwrap } from "@/lib/api";
import { plural } from "@/lib/format";
import { toast } from "@/lib/toasts";
import type { Backfill } from "@/lib/types";
import { renewBackfills } from "./queries";
import { Tick } from "./section";

/** Nothing new starts; what runs may finish or is stopped. */
export function PauseDialog({
  backfill,
  onOpenChange,
}: {
  backfill: Backfill;
  onOpenChange: (open: boolean) => void;
}) {
  const cache = useQueryClient();
  const [finish, setFinish] = useState(true);
  const pause = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/backfills/{id}/pause", {
          params: { path: { id: backfill.id } },
          body: { finish_running: finish },
        }),
      ),
    onSuccess: () => {
      onOpenChange(false);
      toast(`Backfill ${backfill.id} is paused.`, "good", {
        label: "Undo",
        run: () =>
          void unwrap(
            api.POST("/api/v1/backfills/{id}/resume", { params: { path: { id: backfill.id } } }),
          ).then(() => renewBackfills(cache)),
      });
      return renewBackfills(cache);
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      title={`Pause backfill ${backfill.id}?`}
      effect={`Pause backfill ${backfill.id}`}
      busy={pause.isPending}
      error={pause.error}
      onConfirm={() => pause.mutate()}
    >
      <div className="flex flex-col gap-3">
        <p>Nothing new of it starts until somebody resumes it.</p>
        {backfill.running > 0 && (
          <fieldset className="flex flex-col gap-1.5">
            <legend className="mb-1">
              {plural(backfill.running, "run")} of it {backfill.running === 1 ? "is" : "are"} running.
            </legend>
            <Tick
              type="radio"
              name="running"
              label="Let them finish"
              about="what they make is published"
              on={finish}
              onChange={() => setFinish(true)}
            />
            <Tick
              type="radio"
              name="running"
              label="Stop them"
              about="they begin anew when it is resumed"
              on={!finish}
              onChange={() => setFinish(false)}
            />
          </fieldset>
        )}
      </div>
    </ConfirmDialog>
  );
}
