// The fake API: one file for each resource. Used by the unit tests (through msw) and by `npm run look`.
import { access } from "./access";

export const handlers = [...access];
