// The shared worker: one stream for all tabs, as a browser opens few connections to one server.
import { type LiveMessage, type LiveStream, openLiveStream } from "./live-stream";

/** From a tab to the worker. */
export type TabMessage = { kind: "listen"; url: string; topics: string[] } | { kind: "bye" };

const tabs = new Map<MessagePort, readonly string[]>();
let stream: LiveStream | undefined;
let isUp = false;

function tell(message: LiveMessage): void {
  if (message.kind === "up" || message.kind === "down") isUp = message.kind === "up";
  for (const port of tabs.keys()) port.postMessage(message);
}

function update(url: string): void {
  if (tabs.size === 0) {
    stream?.close();
    stream = undefined;
    isUp = false;
    return;
  }
  stream ??= openLiveStream(url, tell);
  stream.listen([...new Set([...tabs.values()].flat())].sort());
}

addEventListener("connect", (event) => {
  const [port] = event instanceof MessageEvent ? event.ports : [];
  if (!port) return;
  let url = "";
  port.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind === "bye") tabs.delete(port);
    else {
      url = data.url;
      if (!tabs.has(port)) port.postMessage({ kind: isUp ? "up" : "down" } satisfies LiveMessage);
      tabs.set(port, data.topics);
    }
    update(url);
  };
});
