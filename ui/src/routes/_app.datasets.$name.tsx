import { createFileRoute } from "@tanstack/react-router";
import { DatasetPage } from "@/features/dataset/dataset-page";
import { datasetSearch } from "@/features/dataset/dataset-search";

export const Route = createFileRoute("/_app/datasets/$name")({
  validateSearch: datasetSearch,
  component: DatasetPage,
});
