import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/skeleton";
import { api, unwrap } from "@/lib/api";
import { toast } from "@/lib/toasts";
import type { SessionRow } from "@/lib/types";
import { mySessionsQuery } from "./queries";
import { SessionList } from "./session-list";

/** Every browser in which this person is signed in, with a way to end each. */
export function MySessions() {
  const { data, error, refetch } = useQuery(mySessionsQuery());
  const [ending, setEnding] = useState<SessionRow | null>(null);
  const cache = useQueryClient();
  const end = useMutation({
    mutationFn: (id: number) =>
      unwrap(api.DELETE("/api/v1/users/me/sessions/{id}", { params: { path: { id } } })),
    onSuccess: async () => {
      setEnding(null);
      toast("Session ended", "good");
      await cache.invalidateQueries({ queryKey: mySessionsQuery().queryKey });
    },
  });
  if (error) {
    return (
      <div className="p-4">
        <ErrorState what="The sessions could not be loaded." error={error} retry={() => refetch()} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className="px-4">
        <Loading what="the sessions" />
      </div>
    );
  }
  return (
    <>
      <SessionList
        sessions={data}
        action={(session) => (
          <Button
            size="small"
            aria-label={`End the session of ${session.agent}`}
            disabledReason={
              session.current ? "This is the one you use; sign out from the menu at the top." : undefined
            }
            onClick={() => {
              end.reset();
              setEnding(session);
            }}
          >
            End
          </Button>
        )}
      />
      <ConfirmDialog
        open={ending !== null}
        onOpenChange={(open) => !open && setEnding(null)}
        title="End this session?"
        effect="End session"
        danger
        busy={end.isPending}
        error={end.error}
        onConfirm={() => ending && end.mutate(ending.id)}
      >
        {ending && (
          <p>
            {ending.agent} at {ending.address} has to sign in again. If you do not know it, change your
            password, too.
          </p>
        )}
      </ConfirmDialog>
    </>
  );
}
