import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { api, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { User } from "@/lib/types";
import { LAST_ADMIN } from "./access";

/** Takes the access of a user away, or gives it back. */
export function AccessButton({ user, last, onDone }: { user: User; last: boolean; onDone: () => void }) {
  const [open, setOpen] = useState(false);
  const may = useMay("user.manage");
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: (disabled: boolean) =>
      unwrap(api.PATCH("/api/v1/users/{id}", { params: { path: { id: user.id } }, body: { disabled } })),
    onSuccess: async (_, disabled) => {
      toast(`${user.login} ${disabled ? "disabled" : "enabled"}`, "good");
      await cache.invalidateQueries({ queryKey: ["users"] });
      onDone();
    },
  });
  const effect = user.disabled ? "Enable user" : "Disable user";
  return (
    <>
      <Button
        disabledReason={may.reason ?? (last && !user.disabled ? LAST_ADMIN : undefined)}
        onClick={() => setOpen(true)}
      >
        {effect}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`${effect}: ${user.login}?`}
        effect={effect}
        danger={!user.disabled}
        busy={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate(!user.disabled)}
      >
        {user.disabled ? (
          <p>They can sign in again, with the role and the scope they have.</p>
        ) : (
          <p>
            They are signed out everywhere, and neither they nor their tokens are let in. What they made
            stays, and so does the user: it can be enabled again.
          </p>
        )}
      </ConfirmDialog>
    </>
  );
}
