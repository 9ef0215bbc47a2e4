import type { RefObject } from "react";

interface PaletteWaitingProps {
  /** What was typed so far; the palette goes on with it. */
  typed: RefObject<string>;
  onClose: () => void;
}

/** Takes what is typed from the first key on, until the palette itself has been fetched. */
export function PaletteWaiting({ typed, onClose }: PaletteWaitingProps) {
  return (
    <div
      role="dialog"
      aria-label="Search and go"
      className="fixed left-1/2 top-[12vh] z-40 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 rounded-lg border border-line-strong bg-raised shadow-xl"
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: a key pressed for it opened it; what comes next is a text for it
        autoFocus
        aria-label="Dataset, run number, backfill number, page or action"
        onChange={(event) => {
          typed.current = event.target.value;
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
        }}
        placeholder="Dataset, run or backfill number, page, action"
        spellCheck={false}
        autoComplete="off"
        className="h-12 w-full bg-transparent px-4 text-lg outline-none"
      />
    </div>
  );
}
