import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { LookBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { useNow } from "@/lib/clock";
import { plural } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import type { Look } from "@/lib/states";
import type { Token } from "@/lib/types";
import { scopeWords } from "./access";
import { type TokenStanding, tokenStanding } from "./expiry";
import { NewTokenDialog } from "./new-token-dialog";
import { tokensQuery } from "./queries";
import { RevokeDialog } from "./revoke-dialog";

const LOOK: Record<TokenStanding, Look> = {
  active: { tone: "fresh", glyph: "✓", label: "Active", about: "it can be used" },
  ending: {
    tone: "late",
    glyph: "!",
    label: "Ends soon",
    about: "it ends within two weeks; make another one in time",
  },
  expired: {
    tone: "off",
    glyph: "–",
    label: "Expired",
    about: "its time is over; nothing that uses it works",
  },
  revoked: { tone: "off", glyph: "✕", label: "Revoked", about: "somebody ended it" },
};

function tableColumns(now: number, onRevoke: (token: Token) => void): Column<Token>[] {
  return [
    {
      id: "state",
      header: "State",
      width: "7.5rem",
      cell: (token) => <LookBadge look={LOOK[tokenStanding(token, now)]} />,
    },
    {
      id: "name",
      header: "Name",
      width: "minmax(11rem,1.3fr)",
      cell: ({ name, prefix }) => (
        <span>
          {name} <span className="font-mono text-sm text-muted">{prefix}…</span>
        </span>
      ),
    },
    {
      id: "may",
      header: "May",
      width: "minmax(12rem,1.3fr)",
      cell: ({ role, scope, actions }) => (
        <span title={[scopeWords(scope), ...(actions ?? [])].join("\n")}>
          {role}, {actions && `${plural(actions.length, "action")}, `}
          <span className="text-muted">{scopeWords(scope)}</span>
        </span>
      ),
    },
    { id: "owner", header: "Owner", width: "minmax(7rem,0.8fr)", cell: ({ owner }) => owner.name },
    {
      id: "used",
      header: "Last used",
      width: "8rem",
      cell: (token) => <Time at={token.last_used_at} relative none="never" />,
    },
    { id: "ends", header: "Ends", width: "12.5rem", cell: ({ expires_at }) => <Time at={expires_at} /> },
    {
      id: "act",
      header: "Action",
      width: "6rem",
      align: "right",
      cell: (token) => {
        const state = tokenStanding(token, now);
        if (state === "revoked" || state === "expired") return null;
        return (
          <Button size="small" aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
            Revoke
          </Button>
        );
      },
    },
  ];
}

/** What programs sign in with. */
export function Tokens() {
  const search = useSearch({ from: "/_app/settings/$section" });
  const navigate = useNavigate({ from: "/settings/$section" });
  const [revoking, setRevoking] = useState<Token | null>(null);
  const now = useNow().getTime();
  const may = useMay("token.manage");
  const all = search.all ?? false;
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    tokensQuery(all),
  );
  if (error)
    return <ErrorState what="The tokens could not be loaded." error={error} retry={() => refetch()} />;
  if (!data) return <Loading what="the tokens" />;
  const tokens = data.pages.flatMap((page) => page.items);
  const show = (everybody: boolean) => navigate({ search: everybody ? { all: true } : {} });
  return (
    <>
      <Panel
        title={all ? "Tokens of everybody" : "Your tokens"}
        flush
        aside={
          <div className="flex gap-2">
            <Button size="small" disabledReason={may.reason} onClick={() => show(!all)}>
              {all ? "Only mine" : "Show everybody’s"}
            </Button>
            <Button
              size="small"
              kind="primary"
              onClick={() => navigate({ search: (old) => ({ ...old, new: true }) })}
            >
              New token
            </Button>
          </div>
        }
      >
        <DataTable
          label="Tokens"
          columns={tableColumns(now, setRevoking)}
          rows={tokens}
          rowKey={(token) => String(token.id)}
          more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => fetchNextPage() }}
          empty={
            <EmptyState title="There is no token yet.">
              A program signs in with one: a CI job, a notebook, a dashboard. Each has a role, a scope and an
              end.
            </EmptyState>
          }
        />
      </Panel>
      {tokens.length > 0 && (
        <p className="mt-2 text-sm text-muted">
          {plural(tokens.length, "token")}. A token is shown once, when it is made; the server keeps only a
          hash.
        </p>
      )}
      {search.new && <NewTokenDialog onClose={() => show(all)} />}
      {revoking && <RevokeDialog token={revoking} now={now} onClose={() => setRevoking(null)} />}
    </>
  );
}
