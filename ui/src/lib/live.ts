import type { QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { basePath } from "./api";
import { createRefresher, type Refresher } from "./live-refresh";
import { type LiveMessage, openLiveStream } from "./live-stream";
import type { TabMessage } from "./live-worker";
import { createStore } from "./store";

export type LiveState =
  | { kind: "live" }
  | { kind: "connecting"; since: Date }
  | { kind: "paused"; since: Date }
  | { kind: "reconnecting"; since: Date }
  | { kind: "polling"; since: Date };

/** Whether what is shown is of now. */
export const live = createStore<LiveState>({ kind: "connecting", since: new Date() });

// One topic that is not for somebody would cost them the whole stream: here is only what everybody may know.
/** What every page listens to; a page about one thing adds its own topic. */
const EVERYWHERE = ["runs", "backfills", "datasets", "workers", "schedules", "sla"];
const topics = createStore<readonly string[]>([]);

/** Hears of one thing for as long as the component is there: `useTopic("dataset:dev_dau")`. */
export function useTopic(topic: string): void {
  useEffect(() => {
    topics.set((all) => [...all, topic]);
    return () => topics.set((all) => all.toSpliced(all.indexOf(topic), 1));
  }, [topic]);
}

const paused = createStore(false);

export function togglePause(): void {
  paused.set((now) => !now);
}

const POLL_AFTER = 20_000;
const POLL_SEEN = 15_000;
const POLL_HIDDEN = 60_000;

/** Keeps the cache up to date; gives back how to stop. */
export function startLive(cache: QueryClient): () => void {
  const refresher = createRefresher(cache);
  let isUp = false;
  let wasEverUp = false;
  let since = new Date();
  const show = () => {
    if (paused.get()) live.set({ kind: "paused", since });
    else if (isUp) live.set({ kind: "live" });
    else if (POLL_AFTER <= Date.now() - since.getTime()) live.set({ kind: "polling", since });
    else live.set({ kind: wasEverUp ? "reconnecting" : "connecting", since });
  };
  const onMessage = (message: LiveMessage) => {
    if (message.kind === "hint") refresher.hint(message.topic);
    else if (message.kind === "reset") refresher.all();
    else {
      const wasUp = isUp;
      isUp = message.kind === "up";
      wasEverUp ||= isUp;
      if (wasUp && !isUp && !paused.get()) since = new Date();
      show();
    }
  };
  const disconnect = connect(onMessage);
  const stopPolling = poll(refresher, () => !isUp, show);
  const stopPause = paused.subscribe(() => {
    if (paused.get()) since = new Date();
    refresher.hold(paused.get());
    show();
  });
  return () => {
    disconnect();
    stopPolling();
    stopPause();
    refresher.stop();
  };
}

// Without a stream, asking now and then is better than showing old numbers.
function poll(refresher: Refresher, isNeeded: () => boolean, show: () => void): () => void {
  let asked = Date.now();
  const timer = window.setInterval(() => {
    if (!isNeeded()) {
      asked = Date.now();
      return;
    }
    show();
    const gap = document.visibilityState === "hidden" ? POLL_HIDDEN : POLL_SEEN;
    if (Date.now() - asked < gap) return;
    asked = Date.now();
    refresher.all();
  }, 5_000);
  return () => window.clearInterval(timer);
}

function connect(onMessage: (message: LiveMessage) => void): () => void {
  const url = `${window.location.origin}${basePath}/api/v1/live`;
  return "SharedWorker" in window ? connectShared(url, onMessage) : connectAlone(url, onMessage);
}

function wanted(): string[] {
  return [...new Set([...EVERYWHERE, ...topics.get()])];
}

function connectShared(url: string, onMessage: (message: LiveMessage) => void): () => void {
  const worker = new SharedWorker(new URL("./live-worker.ts", import.meta.url), {
    type: "module",
    name: "live",
  });
  const send = (message: TabMessage) => worker.port.postMessage(message);
  const listen = () => send({ kind: "listen", url, topics: wanted() });
  const bye = () => send({ kind: "bye" });
  worker.port.onmessage = ({ data }: MessageEvent<LiveMessage>) => onMessage(data);
  listen();
  const stop = topics.subscribe(listen);
  window.addEventListener("pagehide", bye);
  // A page that comes back out of the browser's memory has said goodbye before.
  window.addEventListener("pageshow", listen);
  return () => {
    stop();
    bye();
    window.removeEventListener("pagehide", bye);
    window.removeEventListener("pageshow", listen);
    worker.port.close();
  };
}

// One stream for each tab that is seen, as the browser has no worker for all of them.
function connectAlone(url: string, onMessage: (message: LiveMessage) => void): () => void {
  let stream: ReturnType<typeof openLiveStream> | undefined;
  const update = () => {
    if (document.visibilityState === "hidden") {
      stream?.close();
      stream = undefined;
      return;
    }
    stream ??= openLiveStream(url, onMessage);
    stream.listen(wanted());
  };
  update();
  const stop = topics.subscribe(update);
  document.addEventListener("visibilitychange", update);
  return () => {
    stop();
    document.removeEventListener("visibilitychange", update);
    stream?.close();
  };
}
