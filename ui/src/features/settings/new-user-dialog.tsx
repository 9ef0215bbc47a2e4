import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorState } from "@/components/error-state";
import { api, idempotencyKey, idempotent, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { Role } from "@/lib/types";
import { loginFault, passwordFault, ROLE_ABOUT, ROLES, scopeFault, scopeOf } from "./access";
import { Choice, TextField } from "./field";
import { type ScopeDraft, ScopeFields } from "./scope-fields";

/** Makes a user; without a password they sign in through the provider that the server knows. */
export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const [key] = useState(idempotencyKey);
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [scope, setScope] = useState<ScopeDraft>({ all: true, prefixes: "", tags: "" });
  const [password, setPassword] = useState("");
  const may = useMay("user.manage");
  const cache = useQueryClient();
  const wanted = scopeOf(scope.all, scope.prefixes, scope.tags);
  const create = useMutation({
    mutationFn: () => {
      const body = { login, name, role, scope: wanted, ...(password !== "" && { password }) };
      return unwrap(api.POST("/api/v1/users", { body, headers: idempotent(key) }));
    },
    onSuccess: async () => {
      toast(`User ${login} created`, "good");
      await cache.invalidateQueries({ queryKey: ["users"] });
      onClose();
    },
  });
  const passwordWrong = password === "" ? null : passwordFault(password, login);
  const nameless = name.trim() === "" ? "A name is needed." : null;
  const reason =
    may.reason ??
    (login === ""
      ? "A login is needed."
      : (loginFault(login) ?? nameless ?? scopeFault(wanted) ?? passwordWrong ?? undefined));
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title="New user">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason === undefined) create.mutate();
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Login"
            value={login}
            autoComplete="off"
            spellCheck={false}
            hint="For single sign-on, the name that the provider gives."
            fault={loginFault(login)}
            onChange={setLogin}
          />
          <TextField label="Name" value={name} autoComplete="off" fault={nameless} onChange={setName} />
        </div>
        <Choice
          legend="Role"
          value={role}
          options={ROLES.map((value) => ({ value, label: value, about: ROLE_ABOUT[value] }))}
          onChange={setRole}
        />
        <ScopeFields draft={scope} onChange={setScope} />
        {scopeFault(wanted) && <p className="text-sm text-muted">{scopeFault(wanted)}</p>}
        <TextField
          label="First password"
          type="password"
          autoComplete="new-password"
          value={password}
          hint="At least 12 characters; they can change it under Profile. Leave it empty for single sign-on."
          fault={passwordWrong}
          onChange={setPassword}
          className="max-w-sm"
        />
        {create.error && <ErrorState what="The user was not created." error={create.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" kind="primary" busy={create.isPending} disabledReason={reason}>
            {login === "" ? "Create user" : `Create ${login} as ${role}`}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
