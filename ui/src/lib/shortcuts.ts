import { useEffect, useRef } from "react";
import { singleKeys } from "./preferences";
import { createStore } from "./store";

/** A key, or two in a row (`g d`). `mod` is Control, on a Mac Command. */
export interface Shortcut {
  keys: string;
  label: string;
  /** The heading in the help sheet. */
  group: string;
  /** Nothing for keys that something with the focus handles by itself: they are only listed. */
  run?: ((event: KeyboardEvent) => void) | undefined;
}

/** What works at this moment; the help sheet shows just this, so it is never out of date. */
export const shortcuts = createStore<readonly Shortcut[]>([]);

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Makes a key do something for as long as the component is there. */
export function useShortcut(
  keys: string,
  label: string,
  run: (event: KeyboardEvent) => void,
  options: { group?: string; enabled?: boolean } = {},
): void {
  const { group = "This page", enabled = true } = options;
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!enabled) return;
    const shortcut: Shortcut = { keys, label, group, run: (event) => latest.current(event) };
    shortcuts.set((all) => [...all, shortcut]);
    return () => shortcuts.set((all) => all.filter((one) => one !== shortcut));
  }, [keys, label, group, enabled]);
}

/** Lists keys in the help sheet that a component handles itself while it has the focus. */
export function useKeyHints(group: string, hints: readonly (readonly [keys: string, label: string])[]): void {
  useEffect(() => {
    const listed: Shortcut[] = hints.map(([keys, label]) => ({ keys, label, group }));
    shortcuts.set((all) => [...all, ...listed]);
    return () => shortcuts.set((all) => all.filter((one) => !listed.includes(one)));
  }, [group, hints]);
}

/** The name of a pressed key, as shortcuts spell it. */
export function nameOf(event: KeyboardEvent): string {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const key = event.key.length === 1 && mod ? event.key.toLowerCase() : event.key;
  return `${mod ? "mod+" : ""}${event.altKey ? "alt+" : ""}${key}`;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select"))
  );
}

/** Listens to all keys of the page; gives back how to stop. */
export function startShortcuts(): () => void {
  let first: string | null = null;
  let timer = 0;
  const forget = () => {
    first = null;
    window.clearTimeout(timer);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    const single = !name.includes("mod+") && !name.includes("alt+");
    if (single && (isTyping(event.target) || singleKeys.get() === "off")) return;
    // A menu or dialog has the keyboard to itself.
    if (single && document.querySelector("[role=dialog],[role=alertdialog],[role=menu],[role=listbox]"))
      return;
    const all = shortcuts.get();
    const find = (keys: string) => all.findLast((one) => one.run && one.keys === keys);
    const sequence = first ? find(`${first} ${name}`) : undefined;
    forget();
    const found = sequence ?? find(name);
    if (found?.run) {
      event.preventDefault();
      found.run(event);
      return;
    }
    if (single && all.some((one) => one.keys.startsWith(`${name} `))) {
      first = name;
      timer = window.setTimeout(forget, 1500);
    }
  };
  window.addEventListener("keydown", onKey);
  return () => {
    forget();
    window.removeEventListener("keydown", onKey);
  };
}
