import clsx from "clsx";
import { type ReactNode, useEffect, useState } from "react";

/** A grey bar where text will be. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={clsx("block rounded bg-sunken", className ?? "h-4 w-32")} />;
}

/**
 * Keeps the place of what is being loaded: nothing for a moment, then its outline, and after five seconds
 * a line that says it is still at it.
 */
export function Loading({ what, children }: { what: string; children?: ReactNode }) {
  const [stage, setStage] = useState<0 | 1 | 2>(0);
  useEffect(() => {
    const soon = window.setTimeout(() => setStage(1), 150);
    const late = window.setTimeout(() => setStage(2), 5000);
    return () => {
      window.clearTimeout(soon);
      window.clearTimeout(late);
    };
  }, []);
  return (
    <div role="status" aria-label={`Loading ${what}`} className={clsx(stage === 0 && "invisible")}>
      {stage === 2 && <p className="py-2 text-muted">Still loading {what}…</p>}
      {children ?? (
        <div className="flex flex-col gap-2 py-2">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-4 w-3/5" />
          <Skeleton className="h-4 w-1/2" />
        </div>
      )}
    </div>
  );
}
