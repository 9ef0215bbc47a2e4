import { useId, useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorState } from "@/components/error-state";
import { toast } from "@/lib/toasts";
import type { Pool } from "@/lib/types";
import { slotWords } from "./pool-bar";
import { limitEffect, parseSlots } from "./pools";
import { type Limit, useChangeLimit } from "./queries";

function words(slots: Limit): string {
  if (slots === "declared") return "Use what is declared";
  if (slots === null) return "Take the limit away";
  return `Set the limit to ${slots}`;
}

/** Asks for a new limit, and says what it does before it is done. */
export function LimitDialog({ pool, onClose }: { pool: Pool; onClose: () => void }) {
  const [text, setText] = useState(pool.slots == null ? "none" : String(pool.slots));
  const field = useId();
  const hint = useId();
  const change = useChangeLimit(pool.name);
  const parsed = parseSlots(text);
  const fault = "fault" in parsed ? parsed.fault : undefined;
  const same = "slots" in parsed && parsed.slots === (pool.slots ?? null);
  const reason = fault ?? (same ? "This is the limit now." : undefined);
  const apply = () => {
    if (!("slots" in parsed)) return;
    change.mutate(parsed.slots, {
      onSuccess: () => {
        toast(`Limit of ${pool.name} changed`, "good");
        onClose();
      },
    });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Limit of pool ${pool.name}`}
      description={slotWords(pool)}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === undefined) apply();
        }}
      >
        <label htmlFor={field} className="font-medium">
          Slots
        </label>
        <input
          id={field}
          value={text}
          autoComplete="off"
          aria-describedby={hint}
          aria-invalid={fault !== undefined}
          onChange={(event) => setText(event.target.value)}
          className="-mt-2 h-8 w-40 rounded border border-line-strong bg-panel px-2"
        />
        <p id={hint} className="text-muted">
          {fault ??
            ("slots" in parsed && !same
              ? limitEffect(pool, parsed.slots)
              : "A number, “none” for no limit, or “declared”.")}
        </p>
        <p className="text-sm text-muted">
          It holds at once and until somebody changes it again; the audit log keeps who did.
        </p>
        {change.error && <ErrorState what="The limit was not changed." error={change.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" kind="primary" busy={change.isPending} disabledReason={reason}>
            {"slots" in parsed ? words(parsed.slots) : "Set the limit"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
