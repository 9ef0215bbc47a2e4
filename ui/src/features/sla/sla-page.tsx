import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { Tabs } from "@/components/tabs";
import { ZoneOf } from "@/components/zone-of";
import { useNow } from "@/lib/clock";
import { DatasetZone } from "@/lib/preferences";
import type { SlaBoard } from "@/lib/types";
import { Attention } from "./attention";
import { Deliveries } from "./deliveries";
import { slasQuery } from "./queries";
import { RuleView } from "./rule-view";
import { RulesTable } from "./rules-table";
import { SLA_TABS } from "./sla-search";
import { columns, sentence } from "./standing";

const LABELS = { rules: "Promises", deliveries: "Webhook deliveries" } as const;

const SNIPPET = `Transform::new("revenue_daily")
    .partitions(&day)
    .sla(Sla::complete_by("06:00"))`;

/** What was promised by when, and how that stands. */
export function SlaPage() {
  const search = useSearch({ from: "/_app/sla" });
  const navigate = useNavigate({ from: "/sla" });
  const { data, error, refetch } = useQuery(slasQuery());
  const now = useNow().getTime();
  const tab = search.tab ?? "rules";
  const rule = data?.rules.find((each) => each.rule.id === search.rule);
  if (rule && data) {
    return (
      <ZoneOf dataset={rule.rule.dataset}>
        <RuleView key={rule.rule.id} standing={rule} />
      </ZoneOf>
    );
  }
  return (
    <Page title="SLA" sentence={data ? sentence(data.rules, now) : undefined}>
      <Tabs
        label="SLA"
        items={SLA_TABS.map((value) => ({ value, label: LABELS[value] }))}
        value={tab}
        onChange={(next) => navigate({ search: { tab: next } })}
      >
        {tab === "deliveries" ? (
          <Deliveries />
        ) : error ? (
          <ErrorState what="The promises could not be loaded." error={error} retry={() => refetch()} />
        ) : data ? (
          <Board board={data} now={now} asked={search.rule} />
        ) : (
          <Loading what="the promises" />
        )}
      </Tabs>
    </Page>
  );
}

function Board({ board, now, asked }: { board: SlaBoard; now: number; asked: string | undefined }) {
  if (asked !== undefined) {
    return (
      <EmptyState title={`There is no promise ${asked}.`}>
        It may have been taken out of the project; its windows are kept until retention ends.
      </EmptyState>
    );
  }
  if (board.rules.length === 0) {
    return (
      <EmptyState title="No job promises anything yet." snippet={SNIPPET}>
        A promise says by when a partition is complete. It is judged by the clock: a run that never started
        misses it, and a late backfill does not make it met.
      </EmptyState>
    );
  }
  return (
    <DatasetZone value={board.zone}>
      <div className="flex flex-col gap-4">
        <Attention columns={columns(board.rules, now)} now={now} />
        <RulesTable rules={board.rules} now={now} />
      </div>
    </DatasetZone>
  );
}
