// The fake API: one file for each resource. Used by the unit tests (through msw) and by `npm run look`.
import { access } from "./access";
import { backfills } from "./backfills";
import { datasets, runsOfDatasets } from "./datasets";
import { lineage } from "./lineage";
import { lives } from "./live";
import { overviews } from "./overview";
import { runs } from "./runs";

// The first that fits answers: what is particular comes before what is general.
export const handlers = [
  ...access,
  ...lives,
  ...overviews,
  ...lineage,
  ...runs,
  ...backfills,
  ...datasets,
  ...runsOfDatasets,
];
