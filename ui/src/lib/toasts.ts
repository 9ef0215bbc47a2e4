import { createStore } from "./store";

export interface Toast {
  id: number;
  tone: "good" | "danger" | "plain";
  text: string;
  action?: { label: string; run: () => void } | undefined;
}

export const toasts = createStore<readonly Toast[]>([]);
let last = 0;

/** Says something at the edge of the page, and to a screen reader when it has a moment. */
export function toast(text: string, tone: Toast["tone"] = "plain", action?: Toast["action"]): void {
  last += 1;
  const id = last;
  toasts.set((all) => [...all.slice(-3), { id, tone, text, action }]);
  // What went wrong stays until it is closed.
  if (tone !== "danger") window.setTimeout(() => closeToast(id), action ? 10_000 : 5_000);
}

export function closeToast(id: number): void {
  toasts.set((all) => all.filter((one) => one.id !== id));
}
