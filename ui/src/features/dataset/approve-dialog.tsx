import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "@/components/confirm-dialog";
import { api, unwrap } from "@/lib/api";
import { count, plural } from "@/lib/format";
import { type Chosen, chosenSize, toSelection } from "@/lib/selection";
import { toast } from "@/lib/toasts";
import type { Selection } from "@/lib/types";
import { belowWords, effectOf } from "./holds";
import { effectQuery } from "./queries";

/** Lets go of what is held back within a set, after saying what is made then. */
export function ApproveDialog(props: { name: string; chosen: Chosen; onClose: () => void }) {
  const { name, chosen, onClose } = props;
  const cache = useQueryClient();
  const selection = toSelection(chosen);
  const approve = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/datasets/{name}/approve", {
          params: { path: { name } },
          body: { ranges: null, slices: selection.slices },
        }),
      ),
    onSuccess: ({ approved }) => {
      void cache.invalidateQueries({ queryKey: ["dataset", name] });
      void cache.invalidateQueries({ queryKey: ["overview"] });
      if (approved === 0) toast(`Nothing of ${name} waited there any more.`);
      else toast(`${plural(approved, "partition")} of ${name} may be made now.`, "good");
      onClose();
    },
  });
  const all = chosenSize(chosen);
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Approve ${plural(all, "partition")} of ${name}?`}
      effect={`Approve ${count(all)}`}
      busy={approve.isPending}
      error={approve.error}
      onConfirm={() => approve.mutate()}
    >
      <EffectWords name={name} selection={selection} />
      <p className="mt-2 text-muted">
        It is for what changed until now: what changes later is held back anew. It is written into the audit
        log.
      </p>
    </ConfirmDialog>
  );
}

const SHOWN = 5;

/** What an approval sets going. It may be unknown; the approval itself does not depend on it. */
function EffectWords({ name, selection }: { name: string; selection: Selection }) {
  const plan = useQuery(effectQuery(name, selection));
  if (plan.error) {
    return <p>They are made again. What follows from that could not be found out: {plan.error.message}</p>;
  }
  if (!plan.data) return <p role="status">What is made then is being found out…</p>;
  const effect = effectOf(plan.data, name);
  const rest = effect.below.length - SHOWN;
  return (
    <div>
      <p>
        {plural(effect.own, "partition")} of <code className="font-mono">{name}</code>{" "}
        {effect.own === 1 ? "is" : "are"} made again.{" "}
        {effect.below.length === 0
          ? "Nothing is made from them."
          : `That makes ${belowWords(effect)} stale; those that make themselves follow:`}
      </p>
      {effect.below.length > 0 && (
        <ul className="mt-1 list-disc pl-5">
          {effect.below.slice(0, SHOWN).map(({ dataset, partitions }) => (
            <li key={dataset}>
              <code className="font-mono">{dataset}</code>, {count(partitions)}
            </li>
          ))}
          {rest > 0 && <li>and {plural(rest, "dataset")} more</li>}
        </ul>
      )}
    </div>
  );
}
