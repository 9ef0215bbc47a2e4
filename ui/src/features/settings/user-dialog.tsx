import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/skeleton";
import { api, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { Role, Scope, User } from "@/lib/types";
import { isLastAdmin, LAST_ADMIN, ROLE_ABOUT, ROLES, scopeFault, scopeOf, scopeWords } from "./access";
import { AccessButton } from "./access-button";
import { Choice, TextField } from "./field";
import { userSessionsQuery } from "./queries";
import { type ScopeDraft, ScopeFields } from "./scope-fields";
import { SessionList } from "./session-list";
import { SetPassword } from "./set-password";

interface UserDialogProps {
  user: User;
  users: readonly User[];
  onClose: () => void;
}

/** One user: what they may do, whether they may sign in, and where they are signed in. */
export function UserDialog({ user, users, onClose }: UserDialogProps) {
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState<Role>(user.role);
  const [scope, setScope] = useState<ScopeDraft>({
    all: user.scope.all,
    prefixes: user.scope.prefixes.join(", "),
    tags: user.scope.tags.join(", "),
  });
  const may = useMay("user.manage");
  const cache = useQueryClient();
  const last = isLastAdmin(user, users);
  const change = useMutation({
    mutationFn: (body: { name?: string; role?: Role; scope?: Scope }) =>
      unwrap(api.PATCH("/api/v1/users/{id}", { params: { path: { id: user.id } }, body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["users"] }),
  });
  const wanted = scopeOf(scope.all, scope.prefixes, scope.tags);
  const body = {
    ...(name !== user.name && { name }),
    ...(role !== user.role && { role }),
    ...(scopeWords(wanted) !== scopeWords(user.scope) && { scope: wanted }),
  };
  const changes = Object.keys(body);
  const fault = name.trim() === "" ? "A name is needed." : scopeFault(wanted);
  const reason = may.reason ?? (changes.length === 0 ? "Nothing was changed." : (fault ?? undefined));
  const save = () =>
    change.mutate(body, {
      onSuccess: () => {
        toast(`${user.login}: ${changes.join(", ")} changed`, "good");
        onClose();
      },
    });
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={user.name}
      description={<span className="font-mono">{user.login}</span>}
    >
      <div className="flex flex-col gap-5">
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (reason === undefined) save();
          }}
        >
          <TextField
            label="Name"
            value={name}
            fault={name.trim() === "" ? "A name is needed." : null}
            onChange={setName}
          />
          <Choice
            legend="Role"
            value={role}
            options={ROLES.map((value) => ({ value, label: value, about: ROLE_ABOUT[value] }))}
            onChange={setRole}
            disabledReason={last ? LAST_ADMIN : undefined}
          />
          <ScopeFields draft={scope} onChange={setScope} />
          {scopeFault(wanted) && <p className="text-sm text-danger">{scopeFault(wanted)}</p>}
          {change.error && <ErrorState what="The user was not changed." error={change.error} />}
          <div className="flex flex-wrap justify-end gap-2">
            <AccessButton user={user} last={last} onDone={onClose} />
            <Button type="submit" kind="primary" busy={change.isPending} disabledReason={reason}>
              {changes.length === 0 ? "Save" : `Save ${changes.join(", ")}`}
            </Button>
          </div>
        </form>
        {user.via === "password" && <SetPassword user={user} />}
        <Sessions id={user.id} />
      </div>
    </Dialog>
  );
}

function Sessions({ id }: { id: number }) {
  const { data, error, refetch } = useQuery(userSessionsQuery(id));
  return (
    <section aria-label="Sessions">
      <h3 className="mb-1 font-semibold">Signed in at</h3>
      {error ? (
        <ErrorState what="The sessions could not be loaded." error={error} retry={() => refetch()} />
      ) : !data ? (
        <Loading what="the sessions" />
      ) : data.length === 0 ? (
        <p className="text-muted">nowhere</p>
      ) : (
        <div className="rounded border border-line">
          <SessionList sessions={data} />
        </div>
      )}
    </section>
  );
}
