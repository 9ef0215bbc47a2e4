import { useState } from "react";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { Schedule } from "@/lib/types";
import { usePause } from "./queries";
import { catchUpWords } from "./tick-words";

/** Pauses or resumes a schedule, and says what that comes to before it is done. */
export function PauseButton({ schedule, size = "small" }: { schedule: Schedule; size?: "small" | "normal" }) {
  const [open, setOpen] = useState(false);
  const may = useMay("job.control");
  const pausing = usePause();
  const { dataset } = schedule;
  const isPaused = schedule.paused_at != null;
  const word = isPaused ? "Resume" : "Pause";
  const apply = (pause: boolean, undo: boolean) =>
    pausing.mutate(
      { dataset, pause },
      {
        onSuccess: () => {
          setOpen(false);
          const action = undo ? { label: "Undo", run: () => apply(!pause, false) } : undefined;
          toast(`Schedule of ${dataset} ${pause ? "paused" : "resumed"}`, "good", action);
        },
        onError: (error) => {
          if (!undo) toast(`That could not be undone: ${error.message}`, "danger");
        },
      },
    );
  return (
    <>
      <Button
        size={size}
        aria-label={`${word} the schedule of ${dataset}`}
        disabledReason={may.reason}
        onClick={() => {
          pausing.reset();
          setOpen(true);
        }}
      >
        {word}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`${word} the schedule of ${dataset}?`}
        effect={isPaused ? "Resume schedule" : "Pause schedule"}
        busy={pausing.isPending}
        error={pausing.error}
        onConfirm={() => apply(!isPaused, true)}
      >
        {isPaused ? (
          <p>
            Ticks are recorded again from now on. Those that fell into the pause stay skipped; what they would
            have made is missing until a backfill makes it.
          </p>
        ) : (
          <p>
            No tick asks for anything until somebody resumes it: ticks that fall due are recorded as skipped.
            Runs that are under way go on. The schedule {catchUpWords(schedule.catch_up)}; a pause is not a
            miss.
          </p>
        )}
      </ConfirmDialog>
    </>
  );
}
