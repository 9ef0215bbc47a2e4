// The fake API: one file for each resource. Used by the unit tests (through msw) and by `npm run look`.
import { access } from "./access";
import { audit } from "./audit";
import { backfills } from "./backfills";
import { codes } from "./codes";
import { datasets } from "./datasets";
import { lineage } from "./lineage";
import { lives } from "./live";
import { overviews } from "./overview";
import { runs } from "./runs";
import { schedules } from "./schedules";
import { settings } from "./settings";
import { sla } from "./sla";
import { workers } from "./workers";

// The first that fits answers: what is particular comes before what is general.
export const handlers = [
  ...access,
  ...lives,
  ...overviews,
  ...lineage,
  ...runs,
  ...backfills,
  ...datasets,
  ...codes,
  ...audit,
  ...schedules,
  ...settings,
  ...sla,
  ...workers,
];
