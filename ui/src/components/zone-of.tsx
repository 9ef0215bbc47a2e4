import { type ReactNode, useContext } from "react";
import { DatasetZone } from "@/lib/preferences";
import { useZoneOf } from "@/lib/zones";

interface ZoneOfProps {
  /** One, or several: these count where all are of one zone. */
  dataset: string | readonly string[] | null | undefined;
  children: ReactNode;
}

/** What is in here is about this dataset: its instants are shown in its zone, where that was chosen. */
export function ZoneOf({ dataset, children }: ZoneOfProps) {
  const around = useContext(DatasetZone);
  const datasets = typeof dataset === "string" ? [dataset] : (dataset ?? []);
  return <DatasetZone value={useZoneOf(datasets) ?? around}>{children}</DatasetZone>;
}
