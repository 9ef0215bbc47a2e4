import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, it } from "vitest";
import { entry } from "@/test/factories/audit";
import { who } from "@/test/handlers/access";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";

afterEach(() => {
  who.role = "admin";
});

it("asks the server for what the address says", async () => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/v1/audit", ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ items: [entry.refused()], next: null });
    }),
  );
  open("/audit?actor=eve&kind=run&outcome=refused&from=2026-11-01");
  expect(textOf(await screen.findByRole("grid", { name: "Audit log" }))).toContain("run.cancel");
  const query = new URLSearchParams(asked[0]);
  expect(Object.fromEntries(query)).toEqual({
    actor: "eve",
    object_kind: "run",
    outcome: "refused",
    from: "2026-11-01T00:00:00Z",
    limit: "100",
  });
});

it("writes what is typed into the address", async () => {
  const { router } = open("/audit");
  fireEvent.change(await screen.findByLabelText("Actor"), { target: { value: "ben" } });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ actor: "ben" }));
});

it("opens an entry with what it changed", async () => {
  const { router } = open("/audit?action=user.change");
  const table = await screen.findByRole("grid", { name: "Audit log" });
  const [, first] = within(table).getAllByRole("row");
  if (!first) throw new Error("the fake has entries");
  fireEvent.click(first);
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByRole("row", { name: /changed role "viewer" "editor"/ })).toBeTruthy();
  expect(textOf(dialog)).toContain("1 changed, 1 added");
  expect(router.state.location.search).toHaveProperty("entry");
});

it("opens an entry that the list does not show", async () => {
  const shown = entry.user();
  server.use(
    http.get("*/api/v1/audit", () => HttpResponse.json({ items: [], next: null })),
    http.get("*/api/v1/audit/:id", ({ params }) => HttpResponse.json({ ...shown, id: Number(params.id) })),
  );
  open("/audit?actor=eve&entry=17");
  const dialog = await screen.findByRole("dialog");
  expect(textOf(dialog)).toContain("Entry 17");
  expect(within(dialog).getByRole("row", { name: /changed role "viewer" "editor"/ })).toBeTruthy();
});

it("says when there is no such entry", async () => {
  open("/audit?entry=17");
  expect(await screen.findByText(/There is no entry 17, or it is about datasets/)).toBeTruthy();
});

it("counts what an export would hold before it is saved", async () => {
  open("/audit?outcome=failed");
  fireEvent.click(await screen.findByRole("button", { name: "Export…" }));
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("24 entries to write.")).toBeTruthy();
});

it("tells a viewer who can read it", async () => {
  who.role = "viewer";
  open("/audit");
  expect(await screen.findByText("Your role does not include the audit log.")).toBeTruthy();
  expect(screen.getByText(/You are signed in as viewer\. Editors and admins can read it/)).toBeTruthy();
});
