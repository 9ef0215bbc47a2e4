import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";

it("opens an operation by its link", async () => {
  open("/api-reference?op=cancel_run");
  expect(await screen.findByRole("heading", { level: 2, name: "Cancel a run" })).toBeTruthy();
  expect(textOf(screen.getByText(/curl -sS -X POST/))).toContain('{"reason":"string"}');
  const list = screen.getByRole("navigation", { name: "Operations" });
  expect(textOf(within(list).getByRole("link", { current: "page" }))).toContain("/runs/{id}/cancel");
});

it("opens fields of fields on demand", async () => {
  open("/api-reference?op=list_runs");
  const answers = await screen.findByRole("region", { name: "Answers" });
  expect(within(answers).queryByText("parent")).toBeNull();
  fireEvent.click(within(answers).getByRole("button", { name: "items", expanded: false }));
  expect(within(answers).getByText("parent")).toBeTruthy();
});

it("finds operations, and offers the way back when there are none", async () => {
  const { router } = open("/api-reference");
  const field = await screen.findByRole("searchbox", { name: "Search operations" });
  fireEvent.change(field, { target: { value: "cancel" } });
  const list = screen.getByRole("navigation", { name: "Operations" });
  await waitFor(() => expect(within(list).getAllByRole("link")).toHaveLength(1));
  fireEvent.change(field, { target: { value: "no such thing" } });
  fireEvent.click(await screen.findByRole("button", { name: "Clear the search" }));
  await waitFor(() => expect(router.state.location.search).toEqual({}));
});

it("says so when what answers is no document", async () => {
  server.use(http.get("*/api/v1/openapi.json", () => HttpResponse.json({ hello: "proxy" })));
  open("/api-reference");
  expect(textOf(await screen.findByRole("alert"))).toContain("not an OpenAPI document");
});
