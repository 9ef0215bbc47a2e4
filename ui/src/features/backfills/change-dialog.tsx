import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { api, unwrap } from "@/lib/api";
import { toast } from "@/lib/toasts";
import type { Backfill } from "@/lib/types";
import { renewBackfills } from "./queries";
import { NumberField } from "./section";

/** Priority and how much at once, while it goes on. */
export function ChangeDialog({
  backfill,
  onOpenChange,
}: {
  backfill: Backfill;
  onOpenChange: (open: boolean) => void;
}) {
  const cache = useQueryClient();
  const [priority, setPriority] = useState<number | null>(backfill.priority);
  const [concurrency, setConcurrency] = useState<number | null>(backfill.concurrency ?? null);
  const same = (priority ?? 0) === backfill.priority && concurrency === (backfill.concurrency ?? null);
  const change = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/api/v1/backfills/{id}", {
          params: { path: { id: backfill.id } },
          body: { priority: priority ?? 0, concurrency },
        }),
      ),
    onSuccess: () => {
      onOpenChange(false);
      toast(`Backfill ${backfill.id} is changed.`, "good");
      return renewBackfills(cache);
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      title={`Change backfill ${backfill.id}`}
      effect="Change it"
      busy={change.isPending}
      disabledReason={same ? "Nothing is different." : undefined}
      error={change.error}
      onConfirm={() => change.mutate()}
    >
      <div className="flex flex-col gap-4">
        <p className="text-muted">It holds for runs that start from now on; what runs is left alone.</p>
        <NumberField
          label="At once"
          about="partitions at most"
          min={1}
          max={10_000}
          value={concurrency}
          placeholder="as many as fit"
          onChange={setConcurrency}
        />
        <NumberField
          label="Priority"
          about="of backfills of a class the greater goes first"
          min={-32_768}
          max={32_767}
          value={priority}
          placeholder="0"
          onChange={setPriority}
        />
      </div>
    </ConfirmDialog>
  );
}
