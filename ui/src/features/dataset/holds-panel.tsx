import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "@/components/button";
import { Panel } from "@/components/page";
import { Sentence } from "@/components/sentence";
import { StateMark } from "@/components/state-badge";
import { Time } from "@/components/time";
import { count, plural } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import { type Chosen, chosenSize, writeChosen } from "@/lib/selection";
import { BACKFILL } from "@/lib/states";
import type { Hold } from "@/lib/types";
import { ApproveDialog } from "./approve-dialog";
import { heldCount, heldIn, rangesText } from "./holds";
import { holdsQuery } from "./queries";

const route = getRouteApi("/_app/datasets/$name");

/** What of a dataset could be made and is not, why, and how to let it go; nothing where nothing is. */
export function HoldsPanel({ name }: { name: string }) {
  const { data } = useQuery(holdsQuery(name));
  const may = useMay("change.approve");
  const [asked, setAsked] = useState<Chosen | null>(null);
  const holds = data?.items ?? [];
  if (holds.length === 0) return null;
  return (
    <Panel
      title={`Held back: ${plural(heldCount(holds), "partition")}`}
      flush
      aside={
        holds.length > 1 && (
          <Button size="small" disabledReason={may.reason} onClick={() => setAsked(heldIn(holds))}>
            Approve all…
          </Button>
        )
      }
    >
      <ul className="divide-y divide-line">
        {holds.map((hold, index) => (
          <HoldRow key={index} hold={hold} reason={may.reason} onApprove={setAsked} />
        ))}
      </ul>
      {asked && <ApproveDialog name={name} chosen={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

interface HoldRowProps {
  hold: Hold;
  reason: string | undefined;
  onApprove: (chosen: Chosen) => void;
}

function HoldRow({ hold, reason, onApprove }: HoldRowProps) {
  const navigate = route.useNavigate();
  const held = heldIn([hold]);
  const select = () =>
    navigate({
      search: (now) => ({ ...now, tab: undefined, sel: writeChosen(held) }),
      resetScroll: false,
    });
  const listed = chosenSize(held);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <div className="flex min-w-0 grow basis-72 gap-3">
        <span className="pt-0.5">
          <StateMark look={BACKFILL.paused} />
        </span>
        <div className="min-w-0">
          <p className="font-medium">
            <Sentence text={hold.reason} />
          </p>
          <p className="break-words text-muted">
            <span className="font-mono">{rangesText(hold)}</span> · since <Time at={hold.since} />
            {hold.until ? (
              <>
                {" "}
                · until <Time at={hold.until} />, unless a person lets it go before
              </>
            ) : (
              " · until a person lets it go"
            )}
            {listed < hold.partitions &&
              ` · the first ${count(listed)} of ${count(hold.partitions)} are listed`}
          </p>
        </div>
      </div>
      <div className="flex gap-2">
        <Button size="small" kind="quiet" onClick={select}>
          Select in the grid
        </Button>
        <Button
          size="small"
          kind={hold.needs_a_person ? "primary" : "plain"}
          disabledReason={reason}
          onClick={() => onApprove(held)}
        >
          Approve {count(listed)}…
        </Button>
      </div>
    </li>
  );
}
