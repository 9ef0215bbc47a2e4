// The fake API: one file for each resource. Used by the unit tests (through msw) and by `npm run look`.
import { access } from "./access";
import { audit } from "./audit";
import { datasets, runsOfDatasets } from "./datasets";
import { lives } from "./live";
import { overviews } from "./overview";
import { schedules } from "./schedules";
import { settings } from "./settings";
import { sla } from "./sla";
import { workers } from "./workers";

export const handlers = [
  ...access,
  ...lives,
  ...overviews,
  ...datasets,
  ...runsOfDatasets,
  ...audit,
  ...schedules,
  ...settings,
  ...sla,
  ...workers,
];
