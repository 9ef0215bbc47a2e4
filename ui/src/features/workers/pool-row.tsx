import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/button";
import { age, count, plural } from "@/lib/format";
import { useMay } from "@/lib/permissions";
import type { Pool, Queue, Worker } from "@/lib/types";
import { LimitDialog } from "./limit-dialog";
import { CLASS_LABEL, ClassMark, PoolBar, slotWords } from "./pool-bar";
import { CLASSES, poolFault, poolUse } from "./pools";
import { StartWorker } from "./start-worker";

interface PoolRowProps {
  pool: Pool;
  lanes: Queue["lanes"];
  workers: readonly Worker[];
  open: boolean;
  onToggle: () => void;
}

/** One pool: who uses it, what waits for it, what limits it. */
export function PoolRow({ pool, lanes, workers, open, onToggle }: PoolRowProps) {
  const [changing, setChanging] = useState(false);
  const may = useMay("pool.set");
  const use = poolUse(pool, lanes);
  const fault = poolFault(pool, workers);
  return (
    <li className="border-b border-line px-4 py-2.5 last:border-b-0">
      <div className="grid items-center gap-x-4 gap-y-1 md:grid-cols-[11rem_minmax(10rem,1fr)_17rem_8rem]">
        <button
          type="button"
          aria-expanded={open}
          onClick={onToggle}
          className="-ml-1 flex min-h-6 items-center gap-1 rounded pr-1 text-left font-mono text-sm font-medium hover:bg-hover"
        >
          <ChevronRight size={14} aria-hidden className={open ? "rotate-90" : undefined} />
          <span className="min-w-0 truncate">{pool.name}</span>
        </button>
        <PoolBar pool={pool} use={use} />
        <span className="text-sm">
          <span className="block">
            {slotWords(pool)}
            {pool.overridden && <span className="text-muted"> (set by hand)</span>}
          </span>
          <span className="block text-muted">
            {pool.waiting === 0 ? (
              "nothing waits for it"
            ) : (
              <>
                {plural(pool.waiting, "run waits", "runs wait")}
                {pool.oldest_wait_seconds != null && <>, the oldest {age(pool.oldest_wait_seconds)}</>}
              </>
            )}
          </span>
        </span>
        <span className="md:text-right">
          <Button
            size="small"
            aria-label={`Change limit of ${pool.name}`}
            disabledReason={may.reason}
            onClick={() => setChanging(true)}
          >
            Change limit
          </Button>
        </span>
      </div>
      {use.over && (
        <p className="mt-1 text-sm text-warning">
          More is in use than the limit allows: it was lowered, and what runs is left to finish.
        </p>
      )}
      {fault === "no_worker" && <StartWorker pool={pool} />}
      {fault === "closed" && pool.waiting > 0 && (
        <p className="mt-1 text-sm text-warning">
          Its limit is 0: nothing in it starts until that is raised.
        </p>
      )}
      {open && <Detail pool={pool} />}
      {changing && <LimitDialog pool={pool} onClose={() => setChanging(false)} />}
    </li>
  );
}

function Detail({ pool }: { pool: Pool }) {
  return (
    <div className="mt-2 grid grid-cols-[minmax(0,1fr)] gap-4 rounded bg-sunken p-3 md:grid-cols-2">
      <div>
        <h3 className="text-sm text-muted">In use by</h3>
        {pool.holders.length === 0 ? (
          <p>nobody</p>
        ) : (
          <ul>
            {pool.holders.map((holder) => (
              <li key={holder.dataset} className="flex justify-between gap-4">
                <Link
                  to="/datasets/$name"
                  params={{ name: holder.dataset }}
                  className="truncate font-mono text-sm text-accent hover:underline"
                >
                  {holder.dataset}
                </Link>
                <span className="whitespace-nowrap">
                  {plural(holder.runs, "run")}, {plural(holder.slots, "slot")}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div>
        <h3 className="text-sm text-muted">Shared between classes</h3>
        <ul>
          {CLASSES.map((each) => (
            <li key={each} className="flex items-center gap-2">
              <ClassMark of={each} />
              <span className="w-16 shrink-0">{CLASS_LABEL[each]}</span>
              <span>
                weight {count(pool.weights[each] ?? 0)}
                {(pool.floors[each] ?? 0) > 0 &&
                  `, never fewer than ${plural(pool.floors[each] ?? 0, "slot")} when it has work`}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
