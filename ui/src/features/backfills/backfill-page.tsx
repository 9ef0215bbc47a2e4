import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Page, Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { Loading } from "@/components/skeleton";
import { StateBadge } from "@/components/state-badge";
import { ZoneOf } from "@/components/zone-of";
import { sentenceCase } from "@/lib/format";
import { useTopic } from "@/lib/live";
import { ApiError } from "@/lib/problem";
import { backfillState } from "@/lib/states";
import type { BackfillDetail } from "@/lib/types";
import { BackfillAbout } from "./backfill-about";
import { BackfillActions } from "./backfill-actions";
import { BackfillCauses } from "./backfill-causes";
import { BackfillProgress } from "./backfill-progress";
import { BackfillRunning } from "./backfill-running";
import { BackfillWaits } from "./backfill-waits";
import { BackfillWaves } from "./backfill-waves";
import { backfillQuery } from "./queries";
import { RetryDialog } from "./retry-dialog";

const route = getRouteApi("/_app/backfills/$id");

/** One backfill: how far it is, what holds it up, what failed, and what can be done about it. */
export function BackfillPage() {
  const { id } = route.useParams();
  const number = Number(id);
  const { data, error, refetch } = useQuery({
    ...backfillQuery(number),
    enabled: Number.isSafeInteger(number),
  });
  if (data) {
    return (
      <ZoneOf dataset={data.steps.map((step) => step.dataset)}>
        <Loaded backfill={data} />
      </ZoneOf>
    );
  }
  return (
    <Page title={`Backfill ${id}`}>
      {!Number.isSafeInteger(number) || (error instanceof ApiError && error.status === 404) ? (
        <EmptyState title={`There is no backfill ${id}.`}>
          <Link to="/backfills" className="text-accent underline">
            All backfills
          </Link>
        </EmptyState>
      ) : error ? (
        <ErrorState what={`Backfill ${id} could not be loaded.`} error={error} retry={() => refetch()} />
      ) : (
        <Loading what={`backfill ${id}`} />
      )}
    </Page>
  );
}

function Loaded({ backfill }: { backfill: BackfillDetail }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  useTopic(`backfill:${backfill.id}`);
  const setRetry = (open: boolean) =>
    navigate({
      search: (before) => ({ ...before, retry: open || undefined }),
      replace: !open,
      resetScroll: false,
    });
  return (
    <Page
      title={`Backfill ${backfill.id}`}
      heading={
        <span className="inline-flex flex-wrap items-center gap-x-3">
          Backfill {backfill.id}
          <span className="text-base font-normal">
            <StateBadge
              backfill={backfillState(backfill)}
              detail={
                backfill.paused_by ? `by ${backfill.paused_by}; nothing new starts until it is resumed` : null
              }
            />
          </span>
          <span className="font-mono text-base font-normal text-muted">{backfill.request}</span>
        </span>
      }
      // While it is active, the bar below says all of it, in the zone that is chosen.
      sentence={
        backfill.state !== "active" && (
          <span className="text-ink">
            <Sentence text={sentenceCase(backfill.sentence)} />
          </span>
        )
      }
      actions={<BackfillActions backfill={backfill} onRetry={() => setRetry(true)} />}
    >
      <BackfillProgress backfill={backfill} />
      {backfill.causes.length > 0 && <BackfillCauses backfill={backfill} onRetry={() => setRetry(true)} />}
      <div className="grid items-start gap-4 min-[1400px]:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="flex min-w-0 flex-col gap-4">
          <Panel title="By wave" flush>
            <BackfillWaves backfill={backfill} />
          </Panel>
          {backfill.waits.length > 0 && <BackfillWaits waits={backfill.waits} />}
          {backfill.state === "active" && <BackfillRunning backfill={backfill} />}
        </div>
        <BackfillAbout backfill={backfill} />
      </div>
      {search.retry && <RetryDialog backfill={backfill} onClose={() => setRetry(false)} />}
    </Page>
  );
}
