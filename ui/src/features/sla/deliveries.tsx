import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Panel } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { LookBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { settingsQuery } from "@/lib/settings";
import type { Look } from "@/lib/states";
import type { Delivery } from "@/lib/types";
import { deliveriesQuery } from "./queries";

const LOOK: Record<Delivery["state"], Look> = {
  waiting: { tone: "waiting", glyph: "◔", label: "Waiting", about: "will be sent, or sent again" },
  sent: { tone: "fresh", glyph: "✓", label: "Sent", about: "the receiver answered that it has it" },
  failed: { tone: "failed", glyph: "✕", label: "Failed", about: "given up; the receiver never took it" },
};

const columns: Column<Delivery>[] = [
  { id: "state", header: "State", width: "7rem", cell: ({ state }) => <LookBadge look={LOOK[state]} /> },
  { id: "kind", header: "About", width: "7rem", cell: ({ kind }) => kind.replaceAll("_", " ") },
  {
    id: "object",
    header: "Promise and partition",
    width: "minmax(16rem,2fr)",
    cell: ({ object }) => (
      <span className="font-mono text-sm" title={object}>
        {object}
      </span>
    ),
  },
  { id: "host", header: "Receiver", width: "minmax(10rem,1fr)", cell: ({ url_host }) => url_host },
  { id: "tries", header: "Tries", width: "4rem", align: "right", cell: ({ tries }) => tries },
  {
    id: "status",
    header: "Last answer",
    width: "7rem",
    cell: ({ last_status, tries }) =>
      last_status ?? <span className="text-muted">{tries === 0 ? "not sent yet" : "none"}</span>,
  },
  { id: "created", header: "Recorded", width: "10rem", cell: ({ created_at }) => <Time at={created_at} /> },
  { id: "sent", header: "Sent", width: "11.5rem", cell: (delivery) => <Sent delivery={delivery} /> },
];

function Sent({ delivery }: { delivery: Delivery }) {
  if (delivery.sent_at != null) return <Time at={delivery.sent_at} />;
  if (delivery.state === "failed") return <span className="text-muted">given up</span>;
  if (delivery.next_at == null) return <span className="text-muted">as soon as possible</span>;
  return (
    <span className="text-muted">
      again at <Time at={delivery.next_at} brief />
    </span>
  );
}

/** What the webhook was told, or is still to be told. */
export function Deliveries() {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    deliveriesQuery(),
  );
  const settings = useQuery(settingsQuery()).data;
  if (error)
    return <ErrorState what="The deliveries could not be loaded." error={error} retry={() => refetch()} />;
  if (!data) return <Loading what="the deliveries" />;
  const configured = settings?.webhook.configured;
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-prose text-muted">
        A missed promise is recorded together with the miss, signed, and sent until the receiver takes it: at
        least once.{" "}
        <Link to="/settings/$section" params={{ section: "about" }} className="text-accent underline">
          Where it is sent to
        </Link>
      </p>
      <Panel title="Deliveries" flush>
        <DataTable
          label="Webhook deliveries"
          columns={columns}
          rows={data.pages.flatMap((page) => page.items)}
          rowKey={(delivery) => String(delivery.id)}
          more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => fetchNextPage() }}
          empty={
            configured === false ? (
              <EmptyState title="No webhook is set up.">
                With an address in the settings of the server, each missed promise is sent there.
              </EmptyState>
            ) : (
              <EmptyState title="Nothing has been sent yet.">The first missed promise will be.</EmptyState>
            )
          }
        />
      </Panel>
    </div>
  );
}
