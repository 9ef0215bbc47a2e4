import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Bytes, Count } from "@/components/amount";
import { IconButton } from "@/components/button";
import { CopyButton } from "@/components/copy-button";
import { EmptyState } from "@/components/empty-state";
import { ErrorCode } from "@/components/error-code";
import { ErrorState } from "@/components/error-state";
import { Facts } from "@/components/page";
import { Loading } from "@/components/skeleton";
import { StateBadge } from "@/components/state-badge";
import { Duration, Time } from "@/components/time";
import { ApiError } from "@/lib/problem";
import type { Partition } from "@/lib/types";
import { PartitionActions } from "./partition-actions";
import { partitionQuery } from "./queries";
import { WhyBlock } from "./why-block";

interface PartitionPanelProps {
  name: string;
  partition: string;
  source: boolean;
  onClose: () => void;
}

/** As wide as Tailwind's `xl`. */
const BESIDE = "(min-width: 80rem)";

/** All there is to know of one partition, beside the grid. */
export function PartitionPanel({ name, partition, source, onClose }: PartitionPanelProps) {
  const { data, error, refetch } = useQuery(partitionQuery(name, partition));
  const sheet = useRef<HTMLElement>(null);
  // Where it stands below the grid and not beside it, nobody would see that it opened.
  const isFull = data !== undefined;
  useEffect(() => {
    if (!partition || window.matchMedia(BESIDE).matches) return;
    // Again when it is full: an empty one is too short to be scrolled up.
    sheet.current?.scrollIntoView({ block: isFull ? "start" : "nearest" });
  }, [partition, isFull]);
  return (
    <aside
      ref={sheet}
      aria-label={`Partition ${partition}`}
      className="w-full shrink-0 scroll-mt-2 self-start rounded border border-line bg-panel xl:sticky xl:top-2 xl:max-h-[calc(100vh-5rem)] xl:w-[26rem] xl:overflow-y-auto"
    >
      <div className="flex items-center justify-between gap-2 border-b border-line px-4 py-2">
        <h2 className="flex min-w-0 items-center gap-1 font-semibold">
          <span className="truncate font-mono">{partition}</span>
          <CopyButton text={partition} label="Copy the key" />
        </h2>
        <IconButton label="Close details" onClick={onClose}>
          <X size={16} aria-hidden />
        </IconButton>
      </div>
      <div className="px-4 py-3">
        {data ? (
          <Details data={data} source={source} />
        ) : error instanceof ApiError && error.status === 404 ? (
          <EmptyState title={`There is no partition ${partition}.`}>
            Its window may not be over, or lie before the first.
          </EmptyState>
        ) : error ? (
          <ErrorState what="The partition could not be loaded." error={error} retry={refetch} />
        ) : (
          <Loading what={partition} />
        )}
      </div>
    </aside>
  );
}

function Details({ data, source }: { data: Partition; source: boolean }) {
  const { head, failure, live_run: live } = data;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {data.standing ? (
          <StateBadge standing={data.standing} detail={data.reason} />
        ) : (
          "Its time has not come yet"
        )}
        {data.starts_at && data.ends_at && (
          <span className="text-muted">
            <Time at={data.starts_at} zoneless /> – <Time at={data.ends_at} />
          </span>
        )}
      </div>
      <WhyBlock why={data.why} />
      {failure && (
        <div className="rounded border border-danger bg-danger-soft px-3 py-2">
          <p>
            <Link
              to="/runs/$id"
              params={{ id: String(failure.run) }}
              className="font-medium text-accent hover:underline"
            >
              Run {failure.run}
            </Link>{" "}
            failed <Time at={failure.at} relative />{" "}
            <span className="text-sm">
              <ErrorCode code={failure.code} />
            </span>
          </p>
          <p className="mt-1 break-words font-mono text-sm">{failure.message}</p>
        </div>
      )}
      {live && (
        <p>
          <Link
            to="/runs/$id"
            params={{ id: String(live.id) }}
            className="font-medium text-accent hover:underline"
          >
            Run {live.id}
          </Link>{" "}
          <StateBadge run={live.state} /> since <Time at={live.started_at ?? live.created_at} relative />
          {live.waiting_on > 0 && <span className="text-muted">, waits on {live.waiting_on} runs</span>}
        </p>
      )}
      <PartitionActions data={data} source={source} />
      {head && (
        <Section title="Published now">
          <Facts
            items={[
              ["Version", <Version key="v" id={head.id} />],
              ["Committed", <Time key="t" at={head.committed_at} />],
              ["Rows", <Count key="r" value={head.rows} />],
              ...(head.rejected > 0
                ? [["Rejected rows", <Count key="j" value={head.rejected} />] as const]
                : []),
              ["Size", <Bytes key="b" value={head.bytes} />],
              ["Took", <Duration key="d" seconds={head.seconds} />],
              [
                "Code",
                <span key="c" className="font-mono">
                  {head.code ?? "–"}
                </span>,
              ],
            ]}
          />
        </Section>
      )}
      {data.slas.length > 0 && (
        <Section title="Promises">
          <ul className="flex flex-col gap-1">
            {data.slas.map((sla) => (
              <li key={sla.rule} className="flex flex-wrap items-center gap-2">
                <StateBadge sla={sla.state} />
                <span>{sla.rule}</span>
                <span className="text-muted">
                  due <Time at={sla.due_at} />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Versions data={data} />
      <Runs data={data} />
    </div>
  );
}

function Versions({ data }: { data: Partition }) {
  if (data.versions.length === 0) return null;
  return (
    <Section title={`Versions (${data.versions.length})`}>
      <ul className="divide-y divide-line">
        {data.versions.map((version) => (
          <li key={version.id} className="flex flex-wrap items-baseline justify-between gap-x-3 py-1">
            <span>
              <Version id={version.id} />
              {version.head && <span className="ml-1 text-sm text-muted">published</span>}
              {version.expired_at && <span className="ml-1 text-sm text-muted">files deleted</span>}
            </span>
            <span className="text-sm text-muted">
              <Count value={version.rows} /> {version.rows === 1 ? "row" : "rows"} ·{" "}
              <Time at={version.committed_at} />
              {version.run && (
                <>
                  {" · "}
                  <Link to="/runs/$id" params={{ id: String(version.run) }} className="text-accent underline">
                    run {version.run}
                  </Link>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Runs({ data }: { data: Partition }) {
  if (data.runs.length === 0) return null;
  return (
    <Section title={`Runs (${data.runs.length})`}>
      <ul className="divide-y divide-line">
        {data.runs.map((run) => (
          <li key={run.id} className="flex flex-wrap items-center justify-between gap-x-3 py-1">
            <span className="flex items-center gap-2">
              <Link to="/runs/$id" params={{ id: String(run.id) }} className="text-accent hover:underline">
                {run.id}
              </Link>
              <StateBadge run={run.state} detail={run.error} />
            </span>
            <span className="text-sm text-muted">
              {run.attempt > 1 && `attempt ${run.attempt} · `}
              <Duration seconds={run.run_seconds} /> · <Time at={run.finished_at ?? run.created_at} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Version({ id }: { id: number }) {
  return (
    <Link to="/lineage" search={{ materialization: id }} className="font-mono text-accent hover:underline">
      {id}
    </Link>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 font-semibold">{title}</h3>
      {children}
    </section>
  );
}
