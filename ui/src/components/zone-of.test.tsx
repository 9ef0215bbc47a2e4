import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, test } from "vitest";
import { zoneChoice } from "@/lib/preferences";
import { datasetRow } from "@/test/factories/datasets";
import { aRun } from "@/test/factories/runs";
import { open } from "@/test/render";
import { server } from "@/test/server";

const run = { ...aRun.failed(), dataset: "dev_dau_new_york", started_at: "2026-11-21T23:30:00Z" };

beforeEach(() => {
  const row = { ...datasetRow.fresh("dev_dau_new_york"), zone: "America/New_York" };
  server.use(
    http.get("*/api/v1/datasets", () =>
      HttpResponse.json({ items: [row], next: null, total: 1, facets: {} }),
    ),
    http.get("*/api/v1/runs", () => HttpResponse.json({ items: [run], next: null })),
    http.get(`*/api/v1/runs/${run.id}`, () => HttpResponse.json(run)),
  );
});
afterEach(() => zoneChoice.set("dataset"));

test("the instants of a run are shown in the zone of its dataset", async () => {
  open(`/runs/${run.id}`);
  await screen.findByText("21 Nov 18:30:00 GMT-5");
});

test("so are those of a row in a list of many datasets", async () => {
  open("/runs");
  await screen.findByText("21 Nov 18:30 GMT-5");
});

test("whoever chose UTC sees UTC", async () => {
  zoneChoice.set("utc");
  open(`/runs/${run.id}`);
  await screen.findByText("21 Nov 23:30:00 UTC");
  expect(screen.queryByText(/GMT-5/)).toBeNull();
});
