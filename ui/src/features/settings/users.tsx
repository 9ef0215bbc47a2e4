import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "@/components/button";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { Time } from "@/components/time";
import { plural } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { ApiError } from "@/lib/problem";
import { useSession } from "@/lib/session";
import type { User } from "@/lib/types";
import { scopeWords } from "./access";
import { NewUserDialog } from "./new-user-dialog";
import { usersQuery } from "./queries";
import { UserDialog } from "./user-dialog";

const VIA: Record<User["via"], string> = { password: "password", oidc: "single sign-on" };

const columns: Column<User>[] = [
  {
    id: "name",
    header: "Name",
    width: "minmax(14rem,1.5fr)",
    cell: ({ name, login }) => (
      <span>
        {name} <span className="font-mono text-sm text-muted">{login}</span>
      </span>
    ),
  },
  { id: "role", header: "Role", width: "7rem", cell: ({ role }) => role },
  {
    id: "scope",
    header: "Scope",
    width: "minmax(11rem,1.5fr)",
    cell: ({ scope }) => <span title={scopeWords(scope)}>{scopeWords(scope)}</span>,
  },
  { id: "via", header: "Signs in by", width: "9rem", cell: ({ via }) => VIA[via] },
  {
    id: "state",
    header: "Access",
    width: "7rem",
    cell: ({ disabled }) =>
      disabled ? <span className="font-medium text-warning">disabled</span> : "active",
  },
  {
    id: "seen",
    header: "Last seen",
    width: "9rem",
    cell: ({ last_seen_at }) => <Time at={last_seen_at} relative none="never" />,
  },
  { id: "since", header: "Created", width: "10rem", cell: ({ created_at }) => <Time at={created_at} /> },
];

/** Everybody who may sign in. */
export function Users() {
  const search = useSearch({ from: "/_app/settings/$section" });
  const navigate = useNavigate({ from: "/settings/$section" });
  const session = useSession();
  const may = useMay("user.manage");
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    usersQuery(),
  );
  if (error instanceof ApiError && error.status === 403) {
    return (
      <EmptyState title="Your role does not include users.">
        {session ? `You are signed in as ${session.role}. ` : ""}Admins create users and change what they may
        do.
      </EmptyState>
    );
  }
  if (error)
    return <ErrorState what="The users could not be loaded." error={error} retry={() => refetch()} />;
  if (!data) return <Loading what="the users" />;
  const users = data.pages.flatMap((page) => page.items);
  const chosen = users.find((user) => user.id === search.user);
  const close = () => navigate({ search: {} });
  return (
    <>
      <Panel
        title={plural(users.length, "user")}
        flush
        aside={
          <Button
            size="small"
            kind="primary"
            disabledReason={may.reason}
            onClick={() => navigate({ search: { new: true } })}
          >
            New user
          </Button>
        }
      >
        <DataTable
          label="Users"
          columns={columns}
          rows={users}
          rowKey={(user) => String(user.id)}
          onOpen={(user) => navigate({ search: { user: user.id } })}
          href={(user) => `/settings/users?user=${user.id}`}
          more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => fetchNextPage() }}
        />
      </Panel>
      {chosen && <UserDialog key={chosen.id} user={chosen} users={users} onClose={close} />}
      {search.new && <NewUserDialog onClose={close} />}
    </>
  );
}
