import { createStore } from "./store";

// Filled in by the stream; pages only read it.
export type LiveState =
  | { kind: "live" }
  | { kind: "paused"; since: Date }
  | { kind: "reconnecting"; since: Date }
  | { kind: "polling"; since: Date };

export const live = createStore<LiveState>({ kind: "reconnecting", since: new Date() });
