import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { api, unwrap } from "@/lib/api";
import { sessionQuery } from "@/lib/session";
import { AccessFrame, Field } from "./frame";

const route = getRouteApi("/setup");

/** Makes the first admin, once, with the token that the server printed. */
export function SetupPage() {
  const { token } = route.useSearch();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [differ, setDiffer] = useState(false);
  const setUp = useMutation({
    mutationFn: (body: { token: string; login: string; name: string; password: string }) =>
      unwrap(api.POST("/api/v1/setup", { body })),
    onSuccess: (session) => {
      cache.clear();
      cache.setQueryData(sessionQuery().queryKey, session);
      void navigate({ to: "/", replace: true });
    },
  });
  if (!token) {
    return (
      <AccessFrame title="Set up">
        <p>
          The address lacks its token. On its first start the server prints a link with{" "}
          <code className="font-mono">/setup?token=…</code> on its console: open that one.
        </p>
      </AccessFrame>
    );
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    const same = text("password") === text("again");
    setDiffer(!same);
    if (same) setUp.mutate({ token, login: text("login"), name: text("name"), password: text("password") });
  };
  return (
    <AccessFrame title="Make the first admin">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-muted">This works once. Others are added afterwards, under Settings, Users.</p>
        <Field label="Your name" name="name" autoComplete="name" autoFocus />
        <Field label="Name to sign in with" name="login" autoComplete="username" />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          hint="At least 12 characters. Length is all that counts."
        />
        <Field label="Password again" name="again" type="password" autoComplete="new-password" />
        {differ && (
          <p role="alert" className="text-danger">
            The two passwords differ.
          </p>
        )}
        {setUp.error && <ErrorState what="The admin was not made." error={setUp.error} />}
        <Button kind="primary" type="submit" busy={setUp.isPending} className="h-9">
          {setUp.isPending ? "One moment…" : "Make this admin"}
        </Button>
      </form>
    </AccessFrame>
  );
}
