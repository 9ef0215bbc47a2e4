import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef } from "react";
import { Button, buttonClass } from "@/components/button";
import { ErrorState } from "@/components/error-state";
import { Loading } from "@/components/skeleton";
import { api, basePath, unwrap } from "@/lib/api";
import { sessionQuery } from "@/lib/session";
import type { Session } from "@/lib/types";
import { FailedElsewhere } from "./failed-elsewhere";
import { AccessFrame, Field } from "./frame";
import { safeReturn } from "./safe-return";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const { link } = route.useSearch();
  return link ? <LinkSignIn token={link} /> : <PasswordSignIn />;
}

/** Takes a session into use and goes where the person wanted to go. */
function useEnter() {
  const cache = useQueryClient();
  const router = useRouter();
  const search = route.useSearch();
  return (session: Session) => {
    cache.clear();
    cache.setQueryData(sessionQuery().queryKey, session);
    // The token of the link and the form must not stay in the history.
    router.history.replace(basePath + safeReturn(search.return));
  };
}

function PasswordSignIn() {
  const methods = useQuery({
    queryKey: ["sign-in"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/sign-in", { signal })),
    retry: false,
  });
  const search = route.useSearch();
  const enter = useEnter();
  const signIn = useMutation({
    mutationFn: (body: { login: string; password: string }) => unwrap(api.POST("/api/v1/session", { body })),
    onSuccess: enter,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ login: String(form.get("login")), password: String(form.get("password")) });
  };
  if (methods.error && !methods.data) {
    return (
      <AccessFrame title="Sign in">
        <ErrorState
          what="The ways to sign in could not be loaded."
          error={methods.error}
          retry={methods.refetch}
        />
      </AccessFrame>
    );
  }
  if (!methods.data) {
    return (
      <AccessFrame title="Sign in">
        <Loading what="the ways to sign in" />
      </AccessFrame>
    );
  }
  const { needs_setup, password, oidc } = methods.data;
  if (needs_setup) {
    return (
      <AccessFrame title="Not set up yet">
        <p>
          Nobody can sign in before the first admin is made. The server printed a link for that on its console
          when it started; it begins with <code className="font-mono">/setup?token=</code>.
        </p>
      </AccessFrame>
    );
  }
  return (
    <AccessFrame title="Sign in">
      <div className="flex flex-col gap-4">
        {search.failed && <FailedElsewhere why={search.failed} name={oidc?.name ?? "the other side"} />}
        {oidc && (
          <a
            className={buttonClass(password ? "plain" : "primary")}
            href={`${basePath}/api/v1/session/oidc/start?return=${encodeURIComponent(safeReturn(search.return))}`}
          >
            Continue with {oidc.name}
          </a>
        )}
        {password && (
          <form onSubmit={submit} className="flex flex-col gap-4">
            {oidc && <p className="border-t border-line pt-3 text-sm text-muted">or with a password</p>}
            <Field label="Name" name="login" autoComplete="username" autoFocus />
            <Field label="Password" name="password" type="password" autoComplete="current-password" />
            {signIn.error && <ErrorState what="You are not signed in." error={signIn.error} />}
            <Button kind="primary" type="submit" busy={signIn.isPending} className="h-9">
              {signIn.isPending ? "Signing in…" : "Sign in"}
            </Button>
          </form>
        )}
        {!password && !oidc && (
          <p className="text-muted">
            No way to sign in is open. On the machine of the server,{" "}
            <code className="font-mono">tidemill up</code> prints a link that signs you in once.
          </p>
        )}
      </div>
    </AccessFrame>
  );
}

function LinkSignIn({ token }: { token: string }) {
  const enter = useEnter();
  const { mutate, error } = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/session/link", { body: { token } })),
    onSuccess: enter,
  });
  // A link works once; React may run this twice.
  const sent = useRef(false);
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    mutate();
  }, [mutate]);
  return (
    <AccessFrame title={error ? "This link does not work" : "Signing in"}>
      {error ? (
        <div className="flex flex-col gap-4">
          <ErrorState what="A link signs in once, and only for a few minutes." error={error} />
          <a href="./sign-in" className={buttonClass()}>
            Sign in another way
          </a>
        </div>
      ) : (
        <p role="status">One moment…</p>
      )}
    </AccessFrame>
  );
}
