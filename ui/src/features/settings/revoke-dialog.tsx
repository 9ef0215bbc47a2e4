import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { Time } from "@/components/time";
import { api, unwrap } from "@/lib/api";
import { toast } from "@/lib/toasts";
import type { Token } from "@/lib/types";
import { usedLately } from "./expiry";

/** Ends a token for good, and says whether something still uses it. */
export function RevokeDialog({ token, now, onClose }: { token: Token; now: number; onClose: () => void }) {
  const cache = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id: token.id } } })),
    onSuccess: async () => {
      toast(`Token ${token.name} revoked`, "good");
      await cache.invalidateQueries({ queryKey: ["tokens"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Revoke ${token.name}?`}
      effect="Revoke token"
      danger
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
    >
      <p>Whatever signs in with it is refused from now on. This cannot be undone.</p>
      <p className="mt-2">
        {token.last_used_at == null ? (
          "Nothing has used it yet."
        ) : usedLately(token, now) ? (
          <span className="font-medium text-warning">
            Something uses it: last <Time at={token.last_used_at} relative />.
          </span>
        ) : (
          <>
            Nothing has used it for a week: last <Time at={token.last_used_at} />.
          </>
        )}
      </p>
    </ConfirmDialog>
  );
}
