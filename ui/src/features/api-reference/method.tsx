import clsx from "clsx";

const LOOK: Record<string, string> = {
  get: "border-line-strong text-ink",
  post: "border-accent text-accent",
  put: "border-accent text-accent",
  patch: "border-accent text-accent",
  delete: "border-danger text-danger",
};

/** The verb of an operation, as wide as the widest of them. */
export function Method({ method }: { method: string }) {
  return (
    <span
      className={clsx(
        "inline-block w-14 shrink-0 rounded border text-center font-mono text-xs font-semibold leading-5",
        LOOK[method] ?? "border-line-strong text-ink",
      )}
    >
      {method.toUpperCase()}
    </span>
  );
}
