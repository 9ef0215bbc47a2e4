import { getNonce } from "get-nonce";
import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";

interface SelectProps<T extends string> {
  label: string;
  /** Show the label before the value. */
  labelled?: boolean;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

export function Select<T extends string>({
  label,
  labelled = false,
  value,
  options,
  onChange,
}: SelectProps<T>) {
  const change = (next: string) => {
    const found = options.find((option) => option.value === next);
    if (found) onChange(found.value);
  };
  return (
    <Radix.Root value={value} onValueChange={change}>
      <Radix.Trigger
        aria-label={label}
        className="inline-flex h-8 items-center gap-1.5 whitespace-nowrap rounded border border-line-strong bg-panel px-2 hover:bg-hover"
      >
        {labelled && <span className="text-muted">{label}</span>}
        <Radix.Value />
        <ChevronDown size={14} aria-hidden className="text-muted" />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className="z-50 max-h-80 overflow-hidden rounded border border-line-strong bg-raised shadow-lg"
        >
          <Radix.Viewport nonce={getNonce()} className="p-1">
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                className="flex h-8 cursor-default select-none items-center gap-2 rounded px-2 outline-none data-[highlighted]:bg-chosen"
              >
                <span className="inline-flex w-4">
                  <Radix.ItemIndicator>
                    <Check size={14} aria-hidden />
                  </Radix.ItemIndicator>
                </span>
                <Radix.ItemText>{option.label}</Radix.ItemText>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
