const CALM = (look) => async (page) => {
  await page.context().addCookies([{ name: "look-overview", value: look, url: page.url() }]);
  await page.reload();
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => !document.querySelector("[role=status][aria-label^=Loading]"));
};
const D = "/datasets/dev_sessions_daily";

export const PAGES = [
  { name: "overview", path: "/" },
  { name: "overview-calm", path: "/", act: CALM("calm") },
  { name: "overview-dead", path: "/", act: CALM("dead") },
  { name: "sign-in", path: "/sign-in", role: "none" },
  { name: "sign-in-failed", path: "/sign-in?failed=role", role: "none" },
  { name: "setup", path: "/setup?token=abc", role: "none" },
  { name: "catalog", path: "/datasets" },
  { name: "catalog-empty", path: "/datasets?q=nothing" },
  { name: "dataset", path: `${D}?p=2026-11-21&sel=20700..20712,20740` },
  { name: "dataset-viewer", path: `${D}?p=2026-11-19`, role: "viewer" },
  { name: "dataset-held", path: "/datasets/dev_top_pages_yearly" },
  { name: "dataset-source", path: "/datasets/dev_arrivals" },
  { name: "dataset-hours", path: "/datasets/dev_events?state=failed,stale" },
  { name: "dataset-slices", path: "/datasets/dev_by_country?sel=DE@3000..3030;FR@3000..3030" },
  { name: "dataset-list", path: `${D}?view=list` },
  { name: "dataset-runs", path: `${D}?tab=runs` },
  { name: "dataset-lineage", path: `${D}?tab=lineage` },
  { name: "dataset-schema", path: `${D}?tab=schema` },
  { name: "dataset-preview", path: `${D}?tab=preview` },
  { name: "dataset-manifest", path: `${D}?tab=manifest` },
  { name: "dataset-settings", path: `${D}?tab=settings` },
  { name: "dataset-none", path: "/datasets/nobody" },
];
