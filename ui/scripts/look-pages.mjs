// What `npm run look` opens. One line each; `act` brings the page into a state that has no address.
// Each area adds its pages in a list of its own, so that lists do not collide.
import { PAGES as core } from "./pages/core.mjs";
import { PAGES as operations } from "./pages/operations.mjs";

export const PAGES = [...core, ...operations];
