import { useEffect, useState } from "react";
import { ApiError } from "@/lib/problem";
import { Button } from "./button";
import { CopyButton } from "./copy-button";

interface ErrorStateProps {
  /** What could not be done, as a sentence: "The partitions could not be loaded." */
  what: string;
  error: unknown;
  retry?: (() => void) | undefined;
}

/** Says what failed, why, with the code and the request to look for in the log, and offers to try again. */
export function ErrorState({ what, error, retry }: ErrorStateProps) {
  const api = error instanceof ApiError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const left = useCountdown(api?.retryAfter ?? 0);
  return (
    <div role="alert" className="rounded border border-danger bg-danger-soft px-4 py-3">
      <p className="font-medium">{what}</p>
      <p className="mt-1">{message}</p>
      {api?.hint && <p className="mt-1 text-muted">{api.hint}</p>}
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-2 text-sm text-muted">
        {api && <span className="font-mono">{api.code}</span>}
        {api?.request && (
          <span className="inline-flex items-center gap-1">
            request <code className="font-mono">{api.request}</code>
            <CopyButton text={api.request} label="Copy the request id" />
          </span>
        )}
        {retry && (
          <Button
            size="small"
            onClick={retry}
            {...(left > 0 && { disabledReason: `The server asks to wait ${left} s.` })}
          >
            {left > 0 ? `Retry in ${left} s` : "Retry"}
          </Button>
        )}
      </div>
    </div>
  );
}

function useCountdown(from: number): number {
  const [left, setLeft] = useState(from);
  useEffect(() => {
    setLeft(from);
    if (from <= 0) return;
    const timer = window.setInterval(() => setLeft((now) => Math.max(0, now - 1)), 1000);
    return () => window.clearInterval(timer);
  }, [from]);
  return left;
}
