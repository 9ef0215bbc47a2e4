// The fake API: one file for each resource. Used by the unit tests (through msw) and by `npm run look`.
import { access } from "./access";
import { datasets, runsOfDatasets } from "./datasets";
import { lives } from "./live";
import { overviews } from "./overview";

export const handlers = [...access, ...lives, ...overviews, ...datasets, ...runsOfDatasets];
