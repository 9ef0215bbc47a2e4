/// <reference lib="webworker" />
import { type LayoutInput, layout } from "./layout";

export interface LayoutQuestion {
  turn: number;
  input: LayoutInput;
}

// Only this page can send it something: a worker has no other door.
self.onmessage = (event: MessageEvent<LayoutQuestion>) => {
  const { turn, input } = event.data;
  self.postMessage({ turn, layout: layout(input) });
};
