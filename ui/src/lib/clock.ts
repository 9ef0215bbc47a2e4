import { createStore, useStore } from "./store";

// One timer for all ages on the page; it stands still while nobody looks.
const now = createStore(new Date());

function tick(): void {
  if (document.visibilityState === "visible") now.set(new Date());
}
window.setInterval(tick, 30_000);
document.addEventListener("visibilitychange", tick);

/** The time, renewed every half minute. */
export function useNow(): Date {
  return useStore(now);
}
