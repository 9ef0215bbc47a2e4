import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import clsx from "clsx";
import { useRef } from "react";
import { Button } from "@/components/button";
import { type Column, DataTable } from "@/components/data-table";
import { EmptyState } from "@/components/empty-state";
import { Panel } from "@/components/page";
import { StateBadge } from "@/components/state-badge";
import { Time } from "@/components/time";
import { ZoneOf } from "@/components/zone-of";
import { percent } from "@/lib/format";
import { useShortcut } from "@/lib/shortcuts";
import { SLA } from "@/lib/states";
import type { SlaStanding } from "@/lib/types";
import { Blocking } from "./blocking";
import { SLA_STATES } from "./sla-search";
import { attainmentWords, budgetWords, keeps, marginWords } from "./standing";
import { WindowStrip } from "./window-strip";

/** How many misses are left; before anything was due, what is promised. */
function budgetOf({ rule, months }: SlaStanding): string {
  const month = months.at(-1);
  if (rule.objective != null && month?.attainment == null) return `${percent(rule.objective)} promised`;
  return budgetWords(rule.objective == null ? null : month?.budget_left);
}

function tableColumns(now: number): Column<SlaStanding>[] {
  return [
    { id: "state", header: "State", width: "6.5rem", cell: ({ state }) => <StateBadge sla={state} /> },
    {
      id: "dataset",
      header: "Dataset and promise",
      width: "minmax(13rem,1.7fr)",
      cell: ({ rule }) => (
        <>
          <Link
            to="/sla"
            search={{ rule: rule.id }}
            className="block truncate font-mono text-sm text-accent hover:underline"
          >
            {rule.dataset}
          </Link>
          <span title={rule.rule} className="block truncate text-sm text-muted">
            {rule.rule}
          </span>
        </>
      ),
    },
    {
      id: "due",
      header: "Margin and due time",
      width: "10.5rem",
      cell: ({ current, state }) =>
        current ? (
          <>
            <span className={clsx("block", (state === "late" || state === "missed") && "font-medium")}>
              {marginWords(current, now)}
            </span>
            <span className="block text-sm text-muted">
              <ZoneOf dataset={current.dataset}>
                <Time at={current.due_at} />
              </ZoneOf>
            </span>
          </>
        ) : (
          <span className="text-muted">nothing due yet</span>
        ),
    },
    {
      id: "blocking",
      yields: 1,
      header: "Waits for",
      width: "minmax(11rem,1.2fr)",
      cell: ({ current }) => (
        <span className="block whitespace-normal text-sm leading-snug">
          <Blocking blocking={current?.blocking} />
        </span>
      ),
    },
    {
      id: "recent",
      yields: 2,
      header: "Latest 30 windows",
      width: "14.5rem",
      cell: ({ recent }) => <WindowStrip windows={recent} />,
    },
    {
      id: "month",
      header: "This month",
      width: "9rem",
      align: "right",
      cell: (row) => (
        <>
          <span className="block">
            <Attainment standing={row} />
          </span>
          <span className="block text-sm text-muted">{budgetOf(row)}</span>
        </>
      ),
    },
  ];
}

function Attainment({ standing }: { standing: SlaStanding }) {
  const { objective } = standing.rule;
  const month = standing.months.at(-1) ?? null;
  const kept = keeps(month, objective);
  return (
    <span>
      <span className={clsx(kept === false && "font-medium text-danger")}>
        {kept === false && <span aria-hidden>✕ </span>}
        {attainmentWords(month)}
        {kept === false && <span className="sr-only">, below its objective</span>}
      </span>
      {objective != null && month?.attainment != null && (
        <span className="text-muted"> / {percent(objective)}</span>
      )}
    </span>
  );
}

/** All promises, those first that need somebody. */
export function RulesTable({ rules, now }: { rules: readonly SlaStanding[]; now: number }) {
  const search = useSearch({ from: "/_app/sla" });
  const navigate = useNavigate({ from: "/sla" });
  const field = useRef<HTMLInputElement>(null);
  useShortcut("/", "Filter promises", () => field.current?.focus());
  const rank = (row: SlaStanding) => SLA_STATES.indexOf(row.state);
  const words = (search.q ?? "").toLowerCase();
  const rows = rules
    .filter((row) => search.state === undefined || row.state === search.state)
    .filter((row) => `${row.rule.dataset} ${row.rule.rule}`.toLowerCase().includes(words))
    .toSorted((one, other) => rank(one) - rank(other) || one.rule.id.localeCompare(other.rule.id));
  return (
    <Panel
      title="All promises"
      flush
      aside={
        <div className="flex flex-wrap items-center gap-1">
          {SLA_STATES.map((state) => {
            const count = rules.filter((row) => row.state === state).length;
            const chosen = search.state === state;
            return (
              <Button
                key={state}
                size="small"
                kind="quiet"
                aria-pressed={chosen}
                className={clsx(chosen && "bg-chosen")}
                onClick={() => navigate({ search: (old) => ({ ...old, state: chosen ? undefined : state }) })}
              >
                {SLA[state].label} <span className="text-muted">{count}</span>
              </Button>
            );
          })}
          <input
            ref={field}
            type="search"
            aria-label="Filter promises"
            placeholder="Filter"
            value={search.q ?? ""}
            onChange={(event) => {
              const q = event.target.value === "" ? undefined : event.target.value;
              navigate({ search: (old) => ({ ...old, q }), replace: true });
            }}
            className="h-7 w-40 rounded border border-line-strong bg-panel px-2"
          />
        </div>
      }
    >
      <DataTable
        label="Promises"
        columns={tableColumns(now)}
        rows={rows}
        rowKey={(row) => row.rule.id}
        rowHeight={52}
        onOpen={(row) => navigate({ search: { rule: row.rule.id } })}
        href={(row) => `/sla?rule=${encodeURIComponent(row.rule.id)}`}
        empty={
          <EmptyState
            title="No promise fits the filter."
            action={<Button onClick={() => navigate({ search: {} })}>Clear filters</Button>}
          >
            There are {rules.length} without it.
          </EmptyState>
        }
      />
    </Panel>
  );
}
