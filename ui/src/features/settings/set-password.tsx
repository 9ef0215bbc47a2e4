import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { api, unwrap } from "@/lib/api";
import { useMay } from "@/lib/permissions";
import { toast } from "@/lib/toasts";
import type { User } from "@/lib/types";
import { passwordFault } from "./access";
import { TextField } from "./field";

/** An admin gives somebody another password, for who has forgotten theirs. */
export function SetPassword({ user }: { user: User }) {
  const [password, setPassword] = useState("");
  const may = useMay("user.manage");
  const set = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/users/{id}/password", { params: { path: { id: user.id } }, body: { password } }),
      ),
    onSuccess: () => {
      setPassword("");
      toast(`${user.login} has another password`, "good");
    },
  });
  const fault = passwordFault(password, user.login);
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (fault === null && may.allowed) set.mutate();
      }}
    >
      <h3 className="font-semibold">Another password</h3>
      <div className="flex flex-wrap items-start gap-2">
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          value={password}
          hint="At least 12 characters. Hand it over in person."
          fault={password === "" ? null : fault}
          onChange={setPassword}
          className="grow"
        />
        <Button
          type="submit"
          className="mt-5.5"
          busy={set.isPending}
          disabledReason={may.reason ?? fault ?? undefined}
        >
          Set password
        </Button>
      </div>
      {set.error && <ErrorState what="The password was not set." error={set.error} />}
    </form>
  );
}
