import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { open } from "@/test/render";

const theGraph = () => screen.findByRole("application", { name: /^Lineage, / });

test("arrows walk along the edges, and the address follows", async () => {
  const { router } = open("/lineage?focus=dev_sessions_daily");
  const graph = await theGraph();
  fireEvent.keyDown(graph, { key: "ArrowRight" });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ node: expect.any(String) }));
  const active = document.getElementById(graph.getAttribute("aria-activedescendant") ?? "");
  expect(active?.getAttribute("aria-label")).toMatch(/^dev_\w+, \w+/);
  fireEvent.keyDown(graph, { key: "ArrowLeft" });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ node: "dev_sessions_daily" }));
  expect(active?.getAttribute("aria-label")).toMatch(/^dev_sessions_daily, Failed, 12 failed/);
});

test("Enter opens the details, from which one goes on", async () => {
  open("/lineage?focus=dev_sessions_daily");
  fireEvent.keyDown(await theGraph(), { key: "Enter" });
  const panel = await screen.findByRole("complementary", { name: "Details of dev_sessions_daily" });
  within(panel).getByText("12 failed");
  expect(within(panel).getByRole("link", { name: "Open dataset" }).getAttribute("href")).toBe(
    "/datasets/dev_sessions_daily",
  );
  fireEvent.click(within(panel).getByRole("button", { name: "dev_session_state" }));
  await screen.findByRole("complementary", { name: "Details of dev_session_state" });
});

test("hidden neighbours are counted, and drawn when asked for", async () => {
  const { router } = open("/lineage?focus=dev_sessions_daily&node=dev_events&panel=1");
  const panel = await screen.findByRole("complementary", { name: "Details of dev_events" });
  fireEvent.click(within(panel).getByRole("button", { name: "Show 4 more neighbours" }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ open: "dev_events" }));
  await within(panel).findByRole("button", { name: "Hide its other neighbours" });
  await screen.findByText(/^10 datasets/);
});

test("the list is a tree that opens branch by branch", async () => {
  open("/lineage?focus=dev_rows&view=list&down=50");
  const tree = await screen.findByRole("tree", { name: "What is made from it" });
  const branch = within(tree).getByRole("treeitem", { name: /dev_events/ });
  expect(branch.getAttribute("aria-expanded")).toBe("false");
  fireEvent.focusIn(branch);
  fireEvent.keyDown(branch, { key: "ArrowRight" });
  await within(tree).findByRole("treeitem", { name: /dev_dau_new_york/ });
  expect(
    within(tree)
      .getByRole("treeitem", { name: /dev_events/ })
      .getAttribute("aria-level"),
  ).toBe("2");
});

test("the impact list says how far, and can be narrowed", async () => {
  open("/lineage?focus=dev_rows&view=impact&hop=1");
  const list = await screen.findByRole("grid", { name: "Made from dev_rows" });
  await within(list).findByRole("link", { name: "dev_events" });
  expect(within(list).queryByRole("link", { name: "dev_kpi_board" })).toBeNull();
  screen.getByText(/^4 of 12 datasets/);
  screen.getByRole("button", { name: "Save 4 rows as CSV" });
});

test("a version leads to its source files", async () => {
  open("/lineage?materialization=1314");
  await screen.findByRole("heading", { name: /^Lineage of dev_sessions_daily/ });
  const files = await screen.findByRole("grid", { name: "Source files" });
  within(files).getByText("landing/arrivals/2026-11-21/part-0.jsonl.gz");
  expect(within(files).getAllByRole("row")).toHaveLength(5);
});
