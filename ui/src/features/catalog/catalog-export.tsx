import { useCallback } from "react";
import { ExportDialog, type ExportFormat } from "@/components/export-dialog";
import { csvOf } from "@/lib/csv";
import type { ReadPage } from "@/lib/gather";
import { STANDINGS } from "@/lib/states";
import type { DatasetRow } from "@/lib/types";
import { type CatalogSearch, catalogPage } from "./queries";

const MAX = 5_000;

export function toCsv(rows: readonly DatasetRow[]): string {
  return csvOf(
    [
      "name",
      "kind",
      "owner",
      "tags",
      "cut",
      "worst",
      "partitions",
      ...STANDINGS,
      "paused",
      "automation",
      "sla",
      "published_at",
      "description",
    ],
    rows.map((row) => [
      row.name,
      row.kind,
      row.owner,
      row.tags.join(" "),
      row.cut,
      row.worst,
      row.partitions,
      ...STANDINGS.map((standing) => row.counts[standing] ?? 0),
      row.paused ? "yes" : "no",
      row.automation,
      row.sla,
      row.published_at,
      row.description,
    ]),
  );
}

const FORMATS: readonly ExportFormat<DatasetRow>[] = [{ name: "CSV", type: "text/csv", write: toCsv }];

/** The list as a file: all pages of what the filters leave, whatever columns are shown. */
export function CatalogExport({ search, onClose }: { search: CatalogSearch; onClose: () => void }) {
  const page: ReadPage<DatasetRow> = useCallback(
    (cursor, signal) => catalogPage(search, cursor ?? "", 500, signal),
    [search],
  );
  return (
    <ExportDialog
      title="Datasets as CSV"
      description="Exactly what the filters leave, in the order of the list, with all columns."
      nouns={["dataset", "datasets"]}
      file="datasets"
      page={page}
      max={MAX}
      beyond="Narrow the filters, or read the list through the API."
      formats={FORMATS}
      onClose={onClose}
    />
  );
}
