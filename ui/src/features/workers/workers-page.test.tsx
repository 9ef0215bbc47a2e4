import { fireEvent, screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { pool } from "@/test/factories/workers";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";

it("says which pool nobody serves, and the command that changes it", async () => {
  open("/workers");
  const pools = await screen.findByRole("region", { name: "Pools" });
  expect(await within(pools).findByText(/No living worker takes runs of this pool/)).toBeTruthy();
  expect(within(pools).getByText("tidemill worker --pools gpu")).toBeTruthy();
  expect(within(pools).getAllByText(/No living worker/)).toHaveLength(1);
});

it("describes the bar of a pool in words", async () => {
  open("/workers");
  const bar = await screen.findByRole("img", {
    name: "default: 11 of 16 slots in use; runs: 5 live, 2 late, 4 backfill",
  });
  expect(bar).toBeTruthy();
});

it("says what a new limit does before it is set", async () => {
  const sent: unknown[] = [];
  server.use(
    http.patch("*/api/v1/pools/:name", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(pool.full());
    }),
  );
  open("/workers");
  fireEvent.click(await screen.findByRole("button", { name: "Change limit of warehouse" }));
  const dialog = await screen.findByRole("dialog");
  const field = within(dialog).getByLabelText("Slots");
  fireEvent.change(field, { target: { value: "many" } });
  expect(
    within(dialog)
      .getByRole("button", { name: /Set the limit/ })
      .getAttribute("aria-disabled"),
  ).toBe("true");
  fireEvent.change(field, { target: { value: "12" } });
  expect(textOf(dialog)).toContain("4 slots are free then, and 214 runs wait.");
  fireEvent.click(within(dialog).getByRole("button", { name: "Set the limit to 12" }));
  expect(await screen.findByText("Limit of warehouse changed")).toBeTruthy();
  expect(sent).toEqual([{ slots: 12 }]);
});
