import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { api, unwrap } from "@/lib/api";
import { toast } from "@/lib/toasts";
import { passwordFault } from "./access";
import { TextField } from "./field";

/** Changes one's own password; the current one is asked for, so that a left screen is not enough. */
export function PasswordForm({ id, login }: { id: number; login: string }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const change = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/users/{id}/password", { params: { path: { id } }, body: { password, current } }),
      ),
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      setAgain("");
      toast("Password changed", "good");
    },
  });
  const fault = passwordFault(password, login);
  const differs = again !== password ? "Not the same as above." : null;
  const reason = current === "" ? "Type the current password first." : (fault ?? differs ?? undefined);
  return (
    <form
      className="flex max-w-sm flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason === undefined) change.mutate();
      }}
    >
      <TextField
        label="Current password"
        type="password"
        autoComplete="current-password"
        value={current}
        onChange={setCurrent}
      />
      <TextField
        label="New password"
        type="password"
        autoComplete="new-password"
        value={password}
        fault={password === "" ? null : fault}
        hint="At least 12 characters."
        onChange={setPassword}
      />
      <TextField
        label="New password again"
        type="password"
        autoComplete="new-password"
        value={again}
        fault={again === "" ? null : differs}
        onChange={setAgain}
      />
      {change.error && <ErrorState what="The password was not changed." error={change.error} />}
      <div>
        <Button type="submit" kind="primary" busy={change.isPending} disabledReason={reason}>
          Change password
        </Button>
      </div>
      <p className="text-sm text-muted">Whoever signs in through another provider changes it there.</p>
    </form>
  );
}
