import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorState } from "@/components/error-state";
import { Time } from "@/components/time";
import { api, idempotencyKey, idempotent, unwrap } from "@/lib/api";
import { useSession } from "@/lib/session";
import { toast } from "@/lib/toasts";
import type { NewToken, Role } from "@/lib/types";
import { ROLE_ABOUT, ROLES, reaches, scopeFault, scopeOf } from "./access";
import { ActionFields } from "./action-fields";
import { endOf, LIFETIME_DEFAULT, LIFETIMES } from "./expiry";
import { Choice, TextField } from "./field";
import { type ScopeDraft, ScopeFields } from "./scope-fields";
import { Secret } from "./secret";

/** Makes a token, and shows its secret once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<NewToken | null>(null);
  const [saved, setSaved] = useState(false);
  if (!made) {
    return (
      <Dialog open wide onOpenChange={(open) => !open && onClose()} title="New token">
        <Form onMade={setMade} onClose={onClose} />
      </Dialog>
    );
  }
  // Escape and a click beside the dialog must not lose what cannot be shown again.
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => {
        if (open) return;
        if (saved) onClose();
        else toast("The token cannot be shown again. Save it, and tick that you have.");
      }}
      title={`Token ${made.token.name}`}
      description="This is the only time it is shown."
    >
      <Secret made={made} saved={saved} onSaved={setSaved} onClose={onClose} />
    </Dialog>
  );
}

function Form({ onMade, onClose }: { onMade: (made: NewToken) => void; onClose: () => void }) {
  const [key] = useState(idempotencyKey);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [actions, setActions] = useState<readonly string[] | null>(null);
  const [scope, setScope] = useState<ScopeDraft>({ all: true, prefixes: "", tags: "" });
  const [days, setDays] = useState<number>(LIFETIME_DEFAULT);
  const session = useSession();
  const cache = useQueryClient();
  const wanted = scopeOf(scope.all, scope.prefixes, scope.tags);
  const [opened] = useState(() => Date.now());
  const expires_at = endOf(days, opened);
  const create = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/tokens", {
          body: {
            name: name.trim(),
            actions: actions === null ? null : [...actions],
            role,
            scope: wanted,
            expires_at,
          },
          headers: idempotent(key),
        }),
      ),
    onSuccess: async (answer) => {
      onMade(answer);
      await cache.invalidateQueries({ queryKey: ["tokens"] });
    },
  });
  // A token never reaches further than who made it.
  const roles = ROLES.filter((each) => session === undefined || reaches(session.role, each));
  const nameless = name.trim() === "" ? "Say what will use it." : null;
  const idle = actions?.length === 0 ? "Choose at least one action, or all of the role." : null;
  const reason = nameless ?? idle ?? scopeFault(wanted) ?? undefined;
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === undefined) create.mutate();
      }}
    >
      <TextField
        label="Name"
        value={name}
        autoComplete="off"
        hint="What will use it, such as “CI of the warehouse”."
        fault={nameless}
        onChange={setName}
        className="max-w-sm"
      />
      <Choice
        legend="Role"
        value={role}
        options={roles.map((value) => ({ value, label: value, about: ROLE_ABOUT[value] }))}
        onChange={(next) => {
          setRole(next);
          // What one role may another may not.
          setActions(null);
        }}
      />
      <ActionFields role={role} chosen={actions} onChange={setActions} />
      {idle && <p className="text-sm text-muted">{idle}</p>}
      <ScopeFields draft={scope} onChange={setScope} />
      {scopeFault(wanted) && <p className="text-sm text-muted">{scopeFault(wanted)}</p>}
      <Choice
        legend="Ends after"
        value={String(days)}
        options={LIFETIMES.map((each) => ({
          value: String(each),
          label: each === 365 ? "a year" : `${each} days`,
        }))}
        onChange={(value) => setDays(Number(value))}
      />
      <p className="-mt-2 text-sm text-muted">
        It ends <Time at={expires_at} />. A token without an end is not to be had.
      </p>
      {create.error && <ErrorState what="The token was not made." error={create.error} />}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Leave it</Button>
        <Button type="submit" kind="primary" busy={create.isPending} disabledReason={reason}>
          Create token
        </Button>
      </div>
    </form>
  );
}
