import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { board, recent } from "@/test/factories/sla";
import { problem } from "@/test/handlers/respond";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";

it("puts what is late first, with what holds it up", async () => {
  open("/sla");
  const late = await screen.findByRole("region", { name: "Late or missed" });
  const items = within(late).getAllByRole("listitem");
  expect(items).toHaveLength(2);
  expect(items[0]?.textContent).toMatch(/retail_revenue_daily.*past due.*waits for retail_files/);
});

it("filters the table by what the address says", async () => {
  open("/sla?state=missed");
  const table = await screen.findByRole("grid", { name: "Promises" });
  expect(within(table).getAllByRole("row")).toHaveLength(2);
  expect(textOf(table)).toContain("crm_contacts_daily");
  expect(screen.getByRole("button", { name: /^Missed/ }).getAttribute("aria-pressed")).toBe("true");
});

it("shows a rule with its months and its history", async () => {
  // As many as are not virtual: a page without a layout shows no part of a long list.
  const windows = { items: recent("retail_revenue_daily", 20, { 0: 95 }), next: null };
  server.use(http.get("*/api/v1/slas/:id/windows", () => HttpResponse.json(windows)));
  open("/sla?rule=retail_revenue_daily:daily");
  expect(await screen.findByRole("heading", { level: 1, name: "retail_revenue_daily" })).toBeTruthy();
  const history = await screen.findByRole("grid", { name: "Windows" });
  expect(within(history).getAllByRole("row").length).toBe(21);
  expect(screen.getByRole("row", { name: /Nov 2026.*3 of 21.*2 misses over/ })).toBeTruthy();
});

it("says how to promise something where nothing is promised", async () => {
  server.use(http.get("*/api/v1/slas", () => HttpResponse.json(board.empty())));
  open("/sla");
  expect(await screen.findByText("No job promises anything yet.")).toBeTruthy();
});

it("says what failed, with the request, and tries again", async () => {
  server.use(http.get("*/api/v1/slas", () => problem(500, "TM0600", "the database is away"), { once: true }));
  open("/sla");
  const alert = await screen.findByRole("alert");
  expect(textOf(alert)).toContain("The promises could not be loaded.");
  expect(textOf(alert)).toContain("TM0600");
  within(alert).getByRole("button", { name: "Retry" }).click();
  expect(await screen.findByRole("region", { name: "Late or missed" })).toBeTruthy();
});
