import { createFileRoute } from "@tanstack/react-router";
import { DatasetPage } from "@/features/dataset/dataset-page";
import { datasetSearch } from "@/features/dataset/dataset-search";
import { withoutDefaults } from "@/lib/search";

export const Route = createFileRoute("/_app/datasets/$name")({
  validateSearch: datasetSearch,
  search: withoutDefaults(datasetSearch),
  component: DatasetPage,
});
