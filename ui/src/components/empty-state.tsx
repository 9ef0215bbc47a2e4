import type { ReactNode } from "react";

interface EmptyStateProps {
  title: string;
  children?: ReactNode;
  /** What to type or paste to change it. */
  snippet?: string;
  action?: ReactNode;
}

/**
 * Nothing to show, and why: nothing exists yet, a filter leaves nothing, nobody allowed it, or it is not due yet.
 * The title says which; the rest says what to do.
 */
export function EmptyState({ title, children, snippet, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-8 text-center">
      <p className="text-lg font-medium">{title}</p>
      {children && <div className="max-w-prose text-muted">{children}</div>}
      {snippet && (
        <pre className="mt-2 max-w-full overflow-x-auto rounded border border-line bg-sunken p-3 text-left font-mono text-sm">
          {snippet}
        </pre>
      )}
      {action && <div className="mt-2 flex gap-2">{action}</div>}
    </div>
  );
}
