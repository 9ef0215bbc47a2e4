import { Popover as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

interface PopoverProps {
  label: string;
  /** The button that opens it. */
  trigger: ReactElement;
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** A small sheet below a button, for a few choices. */
export function Popover({ label, trigger, children, ...state }: PopoverProps) {
  return (
    <Radix.Root {...state}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-40 max-h-[70vh] w-72 max-w-[calc(100vw-1rem)] overflow-y-auto rounded border border-line-strong bg-raised p-2 shadow-lg outline-none"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
