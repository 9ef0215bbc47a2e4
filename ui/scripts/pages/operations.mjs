// SLA, schedules, workers, audit, settings, and the API reference.

/** Clicks a button by its name. */
const press = (name) => async (page) => {
  await page.getByRole("button", { name, exact: true }).first().click();
  await page.getByRole("dialog").waitFor();
};

export const PAGES = [
  { name: "sla", path: "/sla" },
  { name: "sla-rule", path: "/sla?rule=retail_revenue_daily:daily" },
  { name: "sla-deliveries", path: "/sla?tab=deliveries" },
  { name: "sla-filter", path: "/sla?q=nothing+has+this+name" },
  { name: "schedules", path: "/schedules" },
  { name: "schedules-viewer", path: "/schedules", role: "viewer" },
  { name: "schedules-ticks", path: "/schedules?schedule=retail_revenue_daily" },
  { name: "schedules-pause", path: "/schedules", act: press("Pause the schedule of dev_dau") },
  { name: "calendar-month", path: "/schedules?view=month&date=2026-11-04&cell=2026-11-04" },
  { name: "calendar-week", path: "/schedules?view=week" },
  { name: "workers", path: "/workers?pool=default" },
  { name: "workers-limit", path: "/workers", act: press("Change limit of warehouse") },
  {
    name: "workers-table",
    path: "/workers?ended=1",
    act: (page) => page.getByRole("grid", { name: "Workers" }).scrollIntoViewIfNeeded(),
  },
  { name: "audit", path: "/audit" },
  { name: "audit-viewer", path: "/audit?outcome=refused", role: "viewer" },
  {
    name: "audit-entry",
    path: "/audit?action=user.change",
    act: async (page) => {
      await page.getByRole("row").nth(1).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "audit-export", path: "/audit?outcome=refused", act: press("Export…") },
  { name: "settings-profile", path: "/settings/profile" },
  { name: "settings-users", path: "/settings/users" },
  { name: "settings-user", path: "/settings/users?user=1" },
  { name: "settings-new-user", path: "/settings/users?new=1" },
  { name: "settings-users-viewer", path: "/settings/users", role: "viewer" },
  { name: "settings-tokens", path: "/settings/tokens" },
  { name: "settings-new-token", path: "/settings/tokens?new=1" },
  {
    name: "settings-new-token-some",
    path: "/settings/tokens?new=1",
    act: async (page) => {
      await page.getByRole("group", { name: "Actions" }).getByRole("radio", { name: /^Some/ }).click();
      await page.getByRole("checkbox", { name: /^catalog.read/ }).check();
    },
  },
  {
    name: "settings-token-secret",
    path: "/settings/tokens?new=1",
    act: async (page) => {
      await page.getByLabel("Name").fill("CI of the warehouse");
      await page.getByRole("button", { name: "Create token" }).click();
      await page.getByText("I have saved it").waitFor();
    },
  },
  { name: "settings-permissions", path: "/settings/permissions" },
  { name: "settings-about", path: "/settings/about" },
  { name: "reference", path: "/api-reference" },
  { name: "reference-operation", path: "/api-reference?op=list_runs" },
  { name: "reference-post", path: "/api-reference?q=cancel&op=cancel_run" },
  { name: "reference-schema", path: "/api-reference?schema=RunDetail" },
];
