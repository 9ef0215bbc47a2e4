import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, test } from "vitest";
import { hold } from "@/test/factories/datasets";
import { who } from "@/test/handlers/access";
import { problem } from "@/test/handlers/respond";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";
import { heldIn, rangesText } from "./holds";

afterEach(() => {
  who.role = "admin";
});

const PAGE = "/datasets/dev_top_pages_yearly";
const panel = () => screen.findByRole("region", { name: /^Held back/ });

/** What the server is asked to let go. */
function approvals(): unknown[] {
  const asked: unknown[] = [];
  server.use(
    http.post("*/api/v1/datasets/:name/approve", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({ dataset: "dev_top_pages_yearly", approved: 2 });
    }),
  );
  return asked;
}

test("ranges of holds are one set, and a few of them are named", () => {
  expect(heldIn([hold.approval(), hold.debounce()])).toEqual(
    new Map([
      [
        "",
        [
          [20_770, 20_774],
          [20_776, 20_777],
          [20_779, 20_780],
        ],
      ],
    ]),
  );
  expect(rangesText(hold.approval())).toBe("2026-11-13..2026-11-16, 2026-11-19");
  expect(rangesText(hold.approval(), 1)).toBe("2026-11-13..2026-11-16 and 1 more");
});

test("what is held back is said with its reason, and let go after its effect was shown", async () => {
  const asked = approvals();
  open(PAGE);
  const held = await panel();
  expect(textOf(held)).toMatch(/^Held back: 6 partitions/);
  expect(textOf(held)).toMatch(/dev_rows changed; waits for a person2026-11-13\.\.2026-11-16, 2026-11-19/);
  fireEvent.click(within(held).getByRole("button", { name: "Approve 5…" }));
  const dialog = await screen.findByRole("dialog", { name: "Approve 5 partitions of dev_top_pages_yearly?" });
  await within(dialog).findByText(/made again/);
  fireEvent.click(within(dialog).getByRole("button", { name: "Approve 5" }));
  await screen.findByText("2 partitions of dev_top_pages_yearly may be made now.");
  const ranges = [
    [20_770, 20_774],
    [20_776, 20_777],
  ];
  expect(asked).toEqual([{ ranges: null, slices: [{ slice: [], ranges }] }]);
});

test("of a selection only what is held back is let go", async () => {
  const asked = approvals();
  open(`${PAGE}?sel=20772..20778`);
  const bar = await screen.findByRole("region", { name: "Selection" });
  fireEvent.click(await within(bar).findByRole("button", { name: "Approve 3 held…" }));
  fireEvent.click(await screen.findByRole("button", { name: "Approve 3" }));
  await waitFor(() => expect(asked).toHaveLength(1));
  const ranges = [
    [20_772, 20_774],
    [20_776, 20_777],
  ];
  expect(asked).toEqual([{ ranges: null, slices: [{ slice: [], ranges }] }]);
});

test("what is held back can be looked at in the grid", async () => {
  const { router } = open(`${PAGE}?tab=runs`);
  const held = await panel();
  const [select] = within(held).getAllByRole("button", { name: "Select in the grid" });
  if (select) fireEvent.click(select);
  await waitFor(() => expect(router.state.location.search).toEqual({ sel: "20770..20773,20776" }));
});

test("who may not approve is told so, and a refusal is shown where it was asked", async () => {
  who.role = "viewer";
  const first = open(PAGE);
  const held = await panel();
  const [button] = within(held).getAllByRole("button", { name: /^Approve all….*Your role, viewer/ });
  expect(button?.getAttribute("aria-disabled")).toBe("true");
  first.unmount();

  who.role = "operator";
  server.use(
    http.post("*/api/v1/datasets/:name/approve", () => problem(422, "TM0606", "more than 10000 ranges")),
  );
  open(PAGE);
  fireEvent.click(within(await panel()).getByRole("button", { name: "Approve all…" }));
  const dialog = await screen.findByRole("dialog");
  fireEvent.click(within(dialog).getByRole("button", { name: "Approve 6" }));
  await within(dialog).findByText(/more than 10000 ranges/);
});
