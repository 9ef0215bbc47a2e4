import clsx from "clsx";
import type { ComponentProps, ReactNode } from "react";
import { Tooltip } from "./tooltip";

type Kind = "primary" | "plain" | "quiet" | "danger";

const KIND: Record<Kind, string> = {
  primary: "bg-accent text-accent-ink border-transparent hover:brightness-110",
  plain: "bg-panel text-ink border-line-strong hover:bg-hover",
  quiet: "bg-transparent text-ink border-transparent hover:bg-hover",
  danger: "bg-danger text-danger-ink border-transparent hover:brightness-110",
};

const OFF = "bg-sunken text-muted border-line cursor-not-allowed";

export function buttonClass(kind: Kind = "plain", size: "small" | "normal" = "normal"): string {
  return clsx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded border font-medium no-underline",
    size === "small" ? "h-7 px-2 text-sm" : "h-8 px-3 text-base",
    KIND[kind],
  );
}

export interface ButtonProps extends Omit<ComponentProps<"button">, "disabled"> {
  kind?: Kind;
  size?: "small" | "normal";
  /** Why the button cannot be used. It stays in reach of the keyboard, so that the reason can be read. */
  disabledReason?: string | undefined;
  busy?: boolean;
  icon?: ReactNode;
}

export function Button({
  kind = "plain",
  size = "normal",
  disabledReason,
  busy = false,
  icon,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const off = disabledReason !== undefined || busy;
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => (off ? event.preventDefault() : onClick?.(event))}
      className={clsx(buttonClass(kind, size), off && OFF, off && "hover:brightness-100", className)}
    >
      {icon}
      {children}
      {disabledReason !== undefined && <span className="sr-only">, not possible: {disabledReason}</span>}
    </button>
  );
  return disabledReason === undefined ? button : <Tooltip text={disabledReason}>{button}</Tooltip>;
}

/** A button that shows only an icon; the label is its name and its tooltip. */
export function IconButton({ label, children, ...rest }: ButtonProps & { label: string }) {
  return (
    <Tooltip text={rest.disabledReason ? `${label}: ${rest.disabledReason}` : label}>
      <button
        type="button"
        aria-label={label}
        aria-disabled={rest.disabledReason !== undefined || undefined}
        onClick={(event) => (rest.disabledReason === undefined ? rest.onClick?.(event) : undefined)}
        aria-pressed={rest["aria-pressed"]}
        className={clsx(
          "inline-flex size-8 shrink-0 items-center justify-center rounded text-muted hover:bg-hover hover:text-ink aria-pressed:bg-chosen aria-pressed:text-ink",
          rest.disabledReason !== undefined && "cursor-not-allowed opacity-60",
          rest.className,
        )}
      >
        {children}
      </button>
    </Tooltip>
  );
}
