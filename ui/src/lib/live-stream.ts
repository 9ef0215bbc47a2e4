// One connection to the stream of hints, kept up: it notices silence, waits longer after each failure, and
// goes on from the last event it saw. It knows no page, so that a shared worker can hold it for all tabs.
import { createEventReader } from "./sse";

export type LiveMessage =
  | { kind: "up" }
  | { kind: "down" }
  | { kind: "hint"; topic: string }
  /** The gap was too long: everything may have changed. */
  | { kind: "reset" };

export interface LiveStream {
  /** Listens to these topics from now on. */
  listen(topics: readonly string[]): void;
  close(): void;
}

/** The server says something at least every 15 seconds. */
const SILENCE = 40_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

export function openLiveStream(url: string, tell: (message: LiveMessage) => void): LiveStream {
  let topics: readonly string[] = [];
  let last: string | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let connection: AbortController | undefined;
  let closed = false;

  const connect = async () => {
    const mine = new AbortController();
    connection = mine;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => mine.abort(), SILENCE);
    };
    try {
      heard();
      const response = await fetch(`${url}?topics=${encodeURIComponent(topics.join(","))}`, {
        headers: { Accept: "text/event-stream", ...(last !== null && { "Last-Event-ID": last }) },
        signal: mine.signal,
        credentials: "same-origin",
        cache: "no-store",
      });
      if (!response.ok || !response.body) throw new Error(`stream answered ${response.status}`);
      failures = 0;
      tell({ kind: "up" });
      const read = createEventReader((event) => {
        if (event.id !== null) last = event.id;
        if (event.name === "reset") tell({ kind: "reset" });
        const topic = event.name === "hint" ? topicOf(event.data) : null;
        if (topic !== null) tell({ kind: "hint", topic });
      });
      const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
        heard();
        read(piece.value);
      }
      throw new Error("the stream ended");
    } catch {
      clearTimeout(silence);
      // A connection that was replaced is not a failure.
      if (closed || connection !== mine) return;
      tell({ kind: "down" });
      failures += 1;
      // Spread out, so that all browsers do not come back in the same moment.
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures - 1, 10));
      timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    }
  };

  const restart = () => {
    clearTimeout(timer);
    clearTimeout(silence);
    const old = connection;
    connection = undefined;
    old?.abort();
    if (!closed) timer = setTimeout(connect, 100);
  };

  return {
    listen(next) {
      if (next.length === topics.length && next.every((topic) => topics.includes(topic))) return;
      topics = next;
      restart();
    },
    close() {
      closed = true;
      restart();
    },
  };
}

function topicOf(data: string): string | null {
  try {
    const hint: unknown = JSON.parse(data);
    if (typeof hint === "object" && hint !== null && "topic" in hint && typeof hint.topic === "string") {
      return hint.topic;
    }
  } catch {
    // Not for us.
  }
  return null;
}
