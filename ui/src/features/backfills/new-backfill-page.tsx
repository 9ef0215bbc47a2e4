import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { useDebounced } from "@/components/dataset-input";
import { Page } from "@/components/page";
import { idempotencyKey } from "@/lib/api";
import { ApiError } from "@/lib/problem";
import { readChosen, toSelection } from "@/lib/selection";
import { useShortcut } from "@/lib/shortcuts";
import { toast } from "@/lib/toasts";
import { type DraftSearch, draftOf, notReady, requestOf } from "./draft";
import { HowSection } from "./how-section";
import { PlanPanel } from "./plan-panel";
import { applyPlan, planMoved, planQuery, renewBackfills } from "./queries";
import { WhatSection } from "./what-section";
import { WhichSection } from "./which-section";

const route = getRouteApi("/_app/backfills/new");
/** How long typing may pause before the plan is made anew. */
const PAUSE = 400;

/** From what is wanted to a plan that can be looked at, and from the plan to a backfill. */
export function NewBackfillPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const cache = useQueryClient();
  const set = (change: Partial<DraftSearch>) =>
    navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const draft = useMemo(() => draftOf(search), [search]);
  const selection = useMemo(() => {
    const chosen = readChosen(search.sel);
    return chosen.size > 0 && draft.datasets.length === 1 ? toSelection(chosen) : null;
  }, [search.sel, draft.datasets.length]);
  const missing = notReady(draft);
  const request = useMemo(() => (missing ? null : requestOf(draft, selection)), [missing, draft, selection]);
  const asked = useDebounced(request, PAUSE);
  const plan = useQuery({ ...planQuery(asked), placeholderData: keepPreviousData });
  const [note, setNote] = useState("");
  // One key for each form that is opened: what is sent twice makes one backfill.
  const key = useRef(idempotencyKey());
  const apply = useMutation({
    mutationFn: (hash: string) => {
      if (!asked) throw new Error("there is no plan");
      return applyPlan(asked, hash, note, key.current);
    },
    onSuccess: (backfill) => {
      toast(`Backfill ${backfill.id} is started.`, "good");
      void renewBackfills(cache);
      return navigate({ to: "/backfills/$id", params: { id: String(backfill.id) } });
    },
    onError: (error) => {
      // What was refused for good is asked for anew under another key. After silence the same key stays: it
      // may have been started, and then the answer is that one.
      if (error instanceof ApiError && 400 <= error.status && error.status < 500)
        key.current = idempotencyKey();
      const moved = planMoved(error);
      if (moved) cache.setQueryData(planQuery(asked).queryKey, moved.plan);
    },
  });
  const isBehind = request !== asked || plan.isPlaceholderData;

  for (const [index, id] of ["what", "which", "how", "plan"].entries()) {
    // The number of hooks is the same each time: the list is a constant.
    // biome-ignore lint/correctness/useHookAtTopLevel: see above
    useShortcut(`alt+${index + 1}`, `Go to the part “${id}”`, () => document.getElementById(id)?.focus());
  }

  return (
    <Page
      title="New backfill"
      sentence="Choose what is to be made. The plan at the side says what would happen; nothing starts before you say so."
    >
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(24rem,34rem)]">
        <div className="flex min-w-0 flex-col gap-4">
          <WhatSection draft={draft} set={set} />
          <WhichSection draft={draft} sel={search.sel} grid={search.grid ?? false} set={set} />
          <HowSection draft={draft} set={set} note={note} setNote={setNote} />
        </div>
        <PlanPanel
          draft={draft}
          missing={missing}
          plan={plan.data}
          error={plan.error}
          isBehind={isBehind || plan.isFetching}
          again={() => {
            apply.reset();
            void plan.refetch();
          }}
          moved={planMoved(apply.error)?.moved ?? null}
          applyError={planMoved(apply.error) ? null : apply.error}
          isApplying={apply.isPending}
          apply={(hash) => apply.mutate(hash)}
          set={set}
        />
      </div>
    </Page>
  );
}
