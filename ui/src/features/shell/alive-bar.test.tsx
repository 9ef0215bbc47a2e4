import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { NOW } from "@/test/factories/datasets";
import { overview } from "@/test/factories/overview";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";
import { silent } from "./alive";

const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString();
const heard = (scheduler: number | null, workers: number, worker: number | null) =>
  silent({
    as_of: NOW.toISOString(),
    scheduler_seen_at: scheduler === null ? null : ago(scheduler),
    workers,
    workers_seen_at: worker === null ? null : ago(worker),
  }).map(({ who }) => who);

test("a moment of silence is nothing, a minute and a half is", () => {
  expect(heard(60, 2, 60)).toEqual([]);
  expect(heard(91, 2, 5)).toEqual(["scheduler"]);
  expect(heard(null, 0, null)).toEqual(["scheduler", "worker"]);
  expect(heard(5, 2, 91)).toEqual(["worker"]);
});

test("every page says that nobody plans and nobody works", async () => {
  server.use(http.get("*/api/v1/overview", () => HttpResponse.json(overview.dead())));
  const { router } = open("/runs");
  const bar = await screen.findByRole("alert");
  expect(textOf(bar)).toBe(
    "No scheduler and no worker is running, the last was heard of 12 m ago. Nothing is planned and nothing " +
      "is made. Start both: tidemill up",
  );
  await router.navigate({ to: "/datasets" });
  await screen.findByRole("heading", { name: "Datasets" });
  expect(bar.isConnected).toBe(true);
});

test("who alone is not there is named, and what it means", async () => {
  const { workers, workers_seen_at } = overview.busy();
  const half = { ...overview.dead(), workers, workers_seen_at };
  server.use(http.get("*/api/v1/overview", () => HttpResponse.json(half)));
  open("/runs");
  expect(textOf(await screen.findByRole("alert"))).toMatch(
    /^No scheduler is running, .* no source is looked at\. Start one: tidemill scheduler$/,
  );
});

test("a server that does not answer is said to be away", async () => {
  server.use(http.get("*/api/v1/overview", () => HttpResponse.error()));
  open("/runs");
  expect(textOf(await screen.findByRole("alert"))).toMatch(/^The server does not answer\./);
});

test("where all are there, nothing is said", async () => {
  open("/runs");
  await screen.findByRole("grid", { name: "Runs" });
  expect(screen.queryByRole("alert")).toBeNull();
});
