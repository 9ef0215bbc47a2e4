import clsx from "clsx";
import { useState } from "react";
import { Button } from "@/components/button";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { CopyButton } from "@/components/copy-button";
import { EmptyState } from "@/components/empty-state";
import { ErrorState } from "@/components/error-state";
import { Kbd } from "@/components/kbd";
import { Sentence } from "@/components/sentence";
import { Loading } from "@/components/skeleton";
import { Time } from "@/components/time";
import { count } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { useShortcut } from "@/lib/shortcuts";
import type { Plan } from "@/lib/types";
import type { Draft, DraftSearch } from "./draft";
import { launchLabel } from "./estimate";
import { MovedNotice } from "./moved-notice";
import { planWords, TYPED_FROM } from "./plan-text";
import { PlanView } from "./plan-view";

interface PlanPanelProps {
  draft: Draft;
  /** What has to be chosen before there can be a plan. */
  missing: string | null;
  plan: Plan | undefined;
  error: Error | null;
  /** The plan that is shown is not yet that of the form. */
  isBehind: boolean;
  again: () => void;
  /** What moved since the plan was shown, after it was refused. */
  moved: string[] | null;
  applyError: Error | null;
  isApplying: boolean;
  apply: (hash: string) => void;
  set: (change: Partial<DraftSearch>) => void;
}

/** The plan of the form as it stands, and the button that starts it. */
export function PlanPanel(props: PlanPanelProps) {
  const { draft, missing, error, isBehind, moved } = props;
  const plan = missing ? undefined : props.plan;
  const may = useMay("backfill.create");
  const [asking, setAsking] = useState(false);
  const reason = disabledReason(may.reason, props, plan);
  const large = plan !== undefined && plan.runs > TYPED_FROM;
  const start = () => {
    if (reason !== undefined || !plan) return;
    if (large) setAsking(true);
    else props.apply(plan.hash);
  };
  useShortcut("mod+Enter", "Start the backfill that the plan shows", start);
  return (
    <section
      id="plan"
      tabIndex={-1}
      aria-labelledby="plan-title"
      aria-busy={isBehind || undefined}
      className="rounded border border-line bg-panel lg:sticky lg:top-4"
    >
      <div className="flex items-center justify-between gap-4 border-b border-line px-4 py-1.5">
        <h2 id="plan-title" className="font-semibold">
          Plan
        </h2>
        <span className="inline-flex items-center gap-2 text-sm text-muted">
          {isBehind && !missing
            ? "planning…"
            : plan && (
                <>
                  of <Time at={plan.as_of} brief seconds />
                </>
              )}
          {(plan || error) && !missing && (
            <Button size="small" kind="quiet" onClick={props.again}>
              Plan again
            </Button>
          )}
        </span>
      </div>
      <div
        className={clsx(
          "flex flex-col gap-4 overflow-y-auto px-4 py-3 lg:max-h-[calc(100vh-16rem)]",
          isBehind && plan && "opacity-60",
        )}
      >
        {moved && <MovedNotice moved={moved} />}
        {missing ? (
          <EmptyState title="No plan yet.">{missing}</EmptyState>
        ) : error ? (
          <ErrorState
            what="The plan could not be made. What you entered is kept."
            error={error}
            retry={props.again}
          />
        ) : !plan ? (
          <Loading what="the plan" />
        ) : (
          <>
            <p>
              <Sentence text={planWords(plan)} />
            </p>
            {plan.runs === 0 && (
              <NothingToDo plan={plan} set={props.set} all={draft.selects.includes("all")} />
            )}
            <PlanView
              plan={plan}
              onUpstream={draft.upstream ? undefined : () => props.set({ upstream: true })}
            />
          </>
        )}
        {props.applyError && <ErrorState what="The backfill was not started." error={props.applyError} />}
      </div>
      <div className="flex flex-col gap-2 border-t border-line px-4 py-3">
        <div className="flex flex-wrap items-center gap-3">
          <Button kind="primary" busy={props.isApplying} disabledReason={reason} onClick={start}>
            {plan && plan.runs > 0 ? launchLabel(plan) : "Backfill"}
          </Button>
          {reason === undefined && <Kbd keys="mod+Enter" />}
        </div>
        {reason !== undefined && <p className="text-sm text-muted">{reason}</p>}
        {plan && plan.runs > 0 && (
          <div className="flex min-w-0 items-center gap-1 text-sm text-muted">
            <span className="shrink-0">The same as a command:</span>
            <code className="min-w-0 truncate font-mono text-ink" title={plan.cli}>
              {plan.cli}
            </code>
            <CopyButton text={plan.cli} label="Copy the command" />
          </div>
        )}
      </div>
      {plan && (
        <ConfirmDialog
          open={asking}
          onOpenChange={setAsking}
          title={`Make ${count(plan.runs)} partitions?`}
          effect={launchLabel(plan)}
          typeToConfirm={draft.datasets[0]}
          busy={props.isApplying}
          error={props.applyError ?? undefined}
          onConfirm={() => {
            setAsking(false);
            props.apply(plan.hash);
          }}
        >
          <p>That is a lot. It can be paused and cancelled at any time; what is published by then stays.</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function disabledReason(
  may: string | undefined,
  props: PlanPanelProps,
  plan: Plan | undefined,
): string | undefined {
  if (may) return may;
  if (props.missing) return props.missing;
  if (props.error) return "There is no plan: see above.";
  if (!plan || props.isBehind) return "The plan is being made.";
  if (plan.runs === 0) return "There is nothing to do.";
  return undefined;
}

function NothingToDo({ plan, set, all }: { plan: Plan; set: PlanPanelProps["set"]; all: boolean }) {
  if (plan.blocked.length > 0) return null;
  return (
    <EmptyState
      title="Nothing to do."
      action={!all && <Button onClick={() => set({ select: ["all"] })}>Make them again anyway</Button>}
    >
      {all
        ? "No partition is in this range."
        : "Nothing in this range is missing, failed or stale as chosen."}
    </EmptyState>
  );
}
