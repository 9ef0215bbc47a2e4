import { HttpResponse, http } from "msw";
import type { DatasetRow } from "@/lib/types";
import { axis, dataset, datasetRow, health, hold, manyRows } from "../factories/datasets";
import {
  manifest,
  materialization,
  materializationDetail,
  partition,
  preview,
} from "../factories/partitions";
import { notFound, page } from "./respond";

interface Approve {
  slices: { ranges: [first: number, after: number][] }[];
}

function axisOf(name: string) {
  if (name === "million") return axis.hourly(1_000_000);
  return name === "dev_events" || name === "dev_by_country" ? axis.hourly() : axis.daily();
}

const SLICES: Record<string, string[][]> = {
  dev_by_country: ["DE", "FR", "GB", "IT", "ES", "PL", "US", "BR", "IN", "JP", "AU", "ZA"].map((code) => [
    code,
  ]),
};

function find(name: unknown): DatasetRow | undefined {
  if (name === "million" || name === "dev_by_country") return datasetRow.failed(String(name));
  return manyRows().find((row) => row.name === name);
}

const facet = (rows: DatasetRow[], of: (row: DatasetRow) => (string | null | undefined)[]) => {
  const out: Record<string, number> = {};
  for (const word of rows.flatMap(of)) if (word) out[word] = (out[word] ?? 0) + 1;
  return out;
};

export const datasets = [
  http.get("*/api/v1/datasets", ({ request }) => {
    const query = new URL(request.url).searchParams;
    const words = (key: string) => query.get(key)?.split(",") ?? [];
    const q = query.get("q") ?? "";
    const all = manyRows();
    const rows = all.filter(
      (row) =>
        row.name.includes(q) &&
        (words("state").length === 0 || words("state").includes(row.worst)) &&
        (words("kind").length === 0 || words("kind").includes(row.kind)) &&
        (words("owner").length === 0 || words("owner").includes(row.owner ?? "")) &&
        (words("tag").length === 0 || row.tags.some((tag) => words("tag").includes(tag))),
    );
    return HttpResponse.json({
      ...page(rows, request),
      total: rows.length,
      as_of: "2026-11-22T06:14:00Z",
      facets: {
        states: facet(all, (row) => [row.worst]),
        owners: facet(all, (row) => [row.owner]),
        tags: facet(all, (row) => row.tags),
        kinds: facet(all, (row) => [row.kind]),
      },
    });
  }),
  http.get("*/api/v1/datasets/:name", ({ params }) => {
    const row = find(params.name);
    return row ? HttpResponse.json(dataset(row, axisOf(row.name))) : notFound(`dataset ${params.name}`);
  }),
  http.get("*/api/v1/datasets/:name/health", ({ params }) => {
    const name = String(params.name);
    return HttpResponse.json(health(name, axisOf(name), SLICES[name]));
  }),
  http.get("*/api/v1/datasets/:name/partition", ({ params, request }) => {
    const key = new URL(request.url).searchParams.get("key") ?? "";
    const make = key.endsWith("21") || key.endsWith("22") ? partition.failed : partition.stale;
    return HttpResponse.json(make(String(params.name), key));
  }),
  http.get("*/api/v1/datasets/:name/materializations", ({ params, request }) => {
    const all = Array.from({ length: 20 }, (_, at) =>
      materialization({
        id: 1314 - at,
        dataset: String(params.name),
        partition: `2026-11-${String(20 - at).padStart(2, "0")}`,
      }),
    );
    return HttpResponse.json(page(all, request));
  }),
  http.get("*/api/v1/materializations/:id", ({ params }) =>
    HttpResponse.json(materializationDetail(Number(params.id))),
  ),
  http.get("*/api/v1/datasets/:name/preview", ({ params, request }) =>
    HttpResponse.json(preview(String(params.name), new URL(request.url).searchParams.get("key") ?? "")),
  ),
  http.get("*/api/v1/datasets/:name/manifest", ({ params }) =>
    HttpResponse.json(manifest(String(params.name))),
  ),
  http.get("*/api/v1/datasets/:name/holds", ({ params }) =>
    HttpResponse.json({
      items: params.name === "dev_top_pages_yearly" ? [hold.approval(), hold.debounce()] : [],
      next: null,
    }),
  ),
  http.post<{ name: string }, Approve>("*/api/v1/datasets/:name/approve", async ({ params, request }) => {
    const { slices } = await request.json();
    const approved = slices.flatMap(({ ranges }) => ranges).reduce((sum, [from, to]) => sum + to - from, 0);
    return HttpResponse.json({ dataset: params.name, approved });
  }),
  http.post("*/api/v1/datasets/:name/announce", ({ params }) =>
    HttpResponse.json({ dataset: params.name, observed_at: "2026-11-22T06:11:00Z" }),
  ),
  http.post("*/api/v1/datasets/:name/pause", () => new HttpResponse(null, { status: 204 })),
  http.post("*/api/v1/datasets/:name/resume", () => new HttpResponse(null, { status: 204 })),
];
