import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRefresher, isAbout, LEAST_GAP } from "./live-refresh";
import { createEventReader, type StreamEvent } from "./sse";

test("an event stream is read whatever the pieces are", () => {
  const text =
    ': here\n\nid: 7\nevent: hint\ndata: {"topic":\ndata: "runs"}\n\nevent: reset\r\ndata: x\r\n\r\n';
  for (let size = 1; size < text.length; size += 1) {
    const seen: StreamEvent[] = [];
    const read = createEventReader((event) => seen.push(event));
    for (let at = 0; at < text.length; at += size) read(text.slice(at, at + size));
    expect(seen).toEqual([
      { name: null, id: null, data: "here" },
      { name: "hint", id: "7", data: '{"topic":\n"runs"}' },
      { name: "reset", id: "7", data: "x" },
    ]);
  }
});

test("a topic is about some queries", () => {
  expect(isAbout(["runs", { state: "failed" }], "runs")).toBe(true);
  expect(isAbout(["overview"], "runs")).toBe(true);
  expect(isAbout(["dataset", "dev_dau", "health"], "dataset:dev_dau")).toBe(true);
  expect(isAbout(["dataset", "dev_rows", "health"], "dataset:dev_dau")).toBe(false);
  expect(isAbout(["dataset", "dev_dau", "health"], "datasets")).toBe(false);
  expect(isAbout(["backfill", 17], "backfill:17")).toBe(true);
  expect(isAbout(["backfill", 170], "backfill:17")).toBe(false);
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function watched() {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const fetched = vi.fn(async () => 1);
  const observer = new QueryObserver(cache, { queryKey: ["runs"], queryFn: fetched });
  const stop = observer.subscribe(() => {});
  return { cache, fetched, stop };
}

test("many hints are one refetch, and the next comes two seconds later", async () => {
  const { cache, fetched, stop } = watched();
  const refresher = createRefresher(cache);
  await vi.advanceTimersByTimeAsync(10);
  expect(fetched).toHaveBeenCalledTimes(1);
  for (let times = 0; times < 50; times += 1) refresher.hint("runs");
  await vi.advanceTimersByTimeAsync(60);
  expect(fetched).toHaveBeenCalledTimes(2);
  refresher.hint("runs");
  await vi.advanceTimersByTimeAsync(LEAST_GAP / 2);
  expect(fetched).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(LEAST_GAP);
  expect(fetched).toHaveBeenCalledTimes(3);
  refresher.stop();
  stop();
});

test("while it is paused nothing is fetched, and afterwards what was missed", async () => {
  const { cache, fetched, stop } = watched();
  const refresher = createRefresher(cache);
  await vi.advanceTimersByTimeAsync(10);
  refresher.hold(true);
  refresher.hint("runs");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(fetched).toHaveBeenCalledTimes(1);
  refresher.hold(false);
  await vi.advanceTimersByTimeAsync(60);
  expect(fetched).toHaveBeenCalledTimes(2);
  refresher.stop();
  stop();
});
