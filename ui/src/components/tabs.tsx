import { Tabs as Radix } from "radix-ui";
import { type ReactNode, useLayoutEffect, useRef } from "react";

export interface TabItem<T extends string> {
  value: T;
  label: string;
  /** A number beside the label. */
  count?: number | undefined;
}

interface TabsProps<T extends string> {
  label: string;
  items: readonly TabItem<T>[];
  value: T;
  onChange: (value: T) => void;
  /** The content of the open tab. */
  children: ReactNode;
}

/** Tabs whose choice lives in the URL: the page gives the value and takes the change. */
export function Tabs<T extends string>({ label, items, value, onChange, children }: TabsProps<T>) {
  const change = (next: string) => {
    const found = items.find((item) => item.value === next);
    if (found) onChange(found.value);
  };
  const list = useRef<HTMLDivElement>(null);
  // Where there are more than fit, the open one is in view.
  useLayoutEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>(`[data-tab="${value}"]`);
    if (!list.current || !tab) return;
    const { scrollLeft: from, clientWidth: room } = list.current;
    const isSeen = from <= tab.offsetLeft && tab.offsetLeft + tab.offsetWidth <= from + room;
    if (!isSeen) list.current.scrollLeft = tab.offsetLeft - 16;
  }, [value]);
  return (
    <Radix.Root
      value={value}
      onValueChange={change}
      activationMode="manual"
      className="flex min-h-0 flex-col"
    >
      <Radix.List
        ref={list}
        aria-label={label}
        className="relative flex gap-1 overflow-x-auto border-b border-line"
      >
        {items.map((item) => (
          <Radix.Trigger
            key={item.value}
            value={item.value}
            data-tab={item.value}
            className="-mb-px whitespace-nowrap border-b-2 border-transparent px-3 py-2 text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {item.label}
            {item.count !== undefined && <span className="ml-1.5 text-sm text-muted">{item.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={value} tabIndex={-1} className="min-h-0 pt-4">
        {children}
      </Radix.Content>
    </Radix.Root>
  );
}
