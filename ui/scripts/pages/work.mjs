const GRAPH = (name) => async (page) => {
  await page.context().addCookies([{ name: "look-graph", value: name, url: page.url() }]);
  await page.reload();
  await DRAWN(page);
};
const DRAWN = async (page) => {
  await page.locator("[role=application]").waitFor();
  await page.waitForFunction(() => !document.querySelector("[role=status][aria-label^=Loading]"));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
};
const PLAN = (page) => page.getByRole("button", { name: /^Backfill \d/ }).waitFor();
const LINES = (page) =>
  page
    .getByRole("button", { name: /^Link to line/ })
    .first()
    .waitFor();

export const PAGES = [
  { name: "runs", path: "/runs" },
  { name: "runs-failed", path: "/runs?state=failed&dataset=dev_rows" },
  { name: "run-failed", path: "/runs/1002" },
  { name: "run-waiting", path: "/runs/1004" },
  { name: "run-ready", path: "/runs/1005", role: "viewer" },
  { name: "run-versions", path: "/runs/1001?tab=versions" },
  { name: "run-events", path: "/runs/1002?tab=events" },
  { name: "run-log", path: "/runs/1002?tab=log&find=rejected&line=3:2184", act: LINES },
  {
    name: "run-log-live",
    path: "/runs/1003?tab=log",
    act: (page) => page.getByText("followed line 250").waitFor(),
  },
  { name: "backfills", path: "/backfills" },
  { name: "backfill-active", path: "/backfills/17" },
  { name: "backfill-paused", path: "/backfills/18", role: "viewer" },
  { name: "backfill-failed", path: "/backfills/15" },
  {
    name: "backfill-retry",
    path: "/backfills/15?retry=1",
    act: (page) => page.getByRole("button", { name: /^Retry \d+ partitions/ }).waitFor(),
  },
  { name: "new-empty", path: "/backfills/new" },
  {
    name: "new-backfill",
    path: "/backfills/new?dataset=dev_sessions_daily&ranges=2026-08..2026-11&downstream=1",
    act: PLAN,
  },
  {
    name: "new-selection",
    path: "/backfills/new?dataset=dev_sessions_daily&sel=20054..20084,20090&upstream=1",
    act: PLAN,
  },
  {
    name: "new-moved",
    path: "/backfills/new?dataset=dev_user_months",
    act: async (page) => {
      await PLAN(page);
      await page.getByRole("button", { name: /^Backfill \d/ }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  { name: "lineage", path: "/lineage", act: DRAWN },
  {
    name: "lineage-focus",
    path: "/lineage?focus=dev_sessions_daily&node=dev_kpi_board&down=2&panel=1",
    act: DRAWN,
  },
  { name: "lineage-example", path: "/lineage", act: GRAPH("example") },
  {
    name: "lineage-example-panel",
    path: "/lineage?node=dev_retention_monthly&panel=1",
    act: GRAPH("example"),
  },
  { name: "lineage-group", path: "/lineage?group=owner", act: DRAWN },
  { name: "lineage-list", path: "/lineage?focus=dev_rows&view=list&down=50" },
  { name: "lineage-impact", path: "/lineage?focus=dev_rows&view=impact" },
  { name: "lineage-hub", path: "/lineage", act: GRAPH("hub") },
  { name: "lineage-big", path: "/lineage", act: GRAPH("big") },
  { name: "lineage-all", path: "/lineage?group=none", act: GRAPH("big") },
  { name: "lineage-version", path: "/lineage?materialization=1314&node=version:1100&panel=1", act: DRAWN },
  { name: "lineage-version-list", path: "/lineage?materialization=1314&view=list" },
];
