import { isMac } from "@/lib/shortcuts";

const NAMES: Record<string, string> = {
  mod: isMac ? "⌘" : "Ctrl",
  alt: isMac ? "⌥" : "Alt",
  shift: "⇧",
  arrows: "← ↑ ↓ →",
};

/** Shows keys as they are on the keyboard: `mod+k`, `g d`. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      {keys.split(" ").map((part, index) => (
        <kbd key={index} className="rounded border border-line bg-sunken px-1 font-sans text-xs text-muted">
          {part.length === 1
            ? part
            : part
                .split("+")
                .map((name) => NAMES[name] ?? (name.length === 1 ? name.toUpperCase() : name))
                .join(" ")}
        </kbd>
      ))}
    </span>
  );
}
