import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, test } from "vitest";
import { who } from "@/test/handlers/access";
import { problem } from "@/test/handlers/respond";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";

afterEach(() => {
  who.role = "admin";
});

const start = () => screen.findByRole("button", { name: /^Backfill \d/ });

test("without a dataset the button says why it cannot be used", async () => {
  open("/backfills/new");
  const button = await screen.findByRole("button", { name: /^Backfill/ });
  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(button.textContent).toMatch(/Choose a dataset/);
});

test("the form becomes a plan, the plan a backfill, with its hash and one key", async () => {
  const sent: { body: unknown; key: string | null }[] = [];
  server.use(
    http.post("*/api/v1/backfills", async ({ request }) => {
      sent.push({ body: await request.clone().json(), key: request.headers.get("idempotency-key") });
    }),
  );
  const { router } = open("/backfills/new?dataset=dev_sessions_daily&ranges=2026-08..2026-11&select=failed");
  const button = await start();
  expect(button.textContent).toBe("Backfill 92 partitions");
  fireEvent.click(await screen.findByRole("button", { name: "Make dev_rows first" }));
  await screen.findByRole("button", { name: "Backfill 184 partitions in 2 datasets" });
  expect(router.state.location.search).toMatchObject({ upstream: "1" });
  fireEvent.click(screen.getByRole("button", { name: "Backfill 184 partitions in 2 datasets" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/backfills/31"));
  expect(sent).toHaveLength(1);
  expect(sent[0]?.key).toMatch(/\S{16,}/);
  expect(sent[0]?.body).toMatchObject({
    plan: "aae2f72b5c50198b-184",
    targets: [{ dataset: "dev_sessions_daily", ranges: "2026-08..2026-11", selection: null }],
    select: { missing: false, failed: true, stale: false, all: false },
    upstream: true,
    newest_first: true,
  });
});

test("what was selected on the grid goes to the plan as ordinals", async () => {
  const asked: unknown[] = [];
  server.use(
    http.post("*/api/v1/backfills/plan", async ({ request }) => {
      asked.push(await request.clone().json());
    }),
  );
  open("/backfills/new?dataset=dev_sessions_daily&sel=20700..20712,20740");
  await start();
  expect(asked[0]).toMatchObject({
    targets: [
      {
        dataset: "dev_sessions_daily",
        ranges: null,
        selection: {
          slices: [
            {
              slice: [],
              ranges: [
                [20_700, 20_713],
                [20_740, 20_741],
              ],
            },
          ],
        },
      },
    ],
  });
  screen.getByText("14 partitions");
});

test("when the world moved, it says what, and offers the plan of now", async () => {
  open("/backfills/new?dataset=dev_user_months");
  fireEvent.click(await start());
  const notice = await screen.findByRole("alert", { name: "The plan has changed" });
  within(notice).getByText(/was not in the plan, is missing/);
  await screen.findByRole("button", { name: "Backfill 93 partitions" });
});

test("a great many partitions want the name typed", async () => {
  open("/backfills/new?dataset=million");
  fireEvent.click(await start());
  const dialog = await screen.findByRole("dialog");
  const button = () => within(dialog).getByRole("button", { name: /^Backfill 17,520 partitions/ });
  expect(button().getAttribute("aria-disabled")).toBe("true");
  fireEvent.change(within(dialog).getByRole("textbox"), { target: { value: "million" } });
  expect(button().getAttribute("aria-disabled")).toBeNull();
});

test("nothing to do is said, and how to do it anyway", async () => {
  const { router } = open("/backfills/new?dataset=dev_dau&ranges=2020");
  fireEvent.click(await screen.findByRole("button", { name: "Make them again anyway" }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ select: "all" }));
});

test("a plan that cannot be made keeps the form", async () => {
  open("/backfills/new?dataset=nobody");
  await screen.findByText("there is no dataset `nobody`");
  expect(screen.getByRole("button", { name: "Leave out nobody" })).toBeTruthy();
});

test("a backfill is paused after a question, and a viewer sees why not", async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post("*/api/v1/backfills/:id/pause", async ({ request }) => {
      bodies.push(await request.clone().json());
    }),
  );
  const { unmount } = open("/backfills/17");
  fireEvent.click(await screen.findByRole("button", { name: "Pause…" }));
  const dialog = await screen.findByRole("dialog", { name: "Pause backfill 17?" });
  fireEvent.click(within(dialog).getByRole("radio", { name: /Stop them/ }));
  fireEvent.click(within(dialog).getByRole("button", { name: "Pause backfill 17" }));
  await waitFor(() => expect(bodies).toEqual([{ finish_running: false }]));
  unmount();
  who.role = "viewer";
  open("/backfills/17");
  const button = await screen.findByRole("button", { name: /^Pause….*Your role, viewer/ });
  expect(button.getAttribute("aria-disabled")).toBe("true");
});

test("numbers of a backfill lead to their runs", async () => {
  open("/backfills/17");
  const link = await screen.findByRole("link", { name: "12 failed of dev_sessions_daily" });
  expect(link.getAttribute("href")).toBe("/runs?state=failed&dataset=dev_sessions_daily&backfill=17");
  expect(textOf(screen.getByRole("region", { name: "Progress" }))).toContain("pool warehouse is full");
});

test("a retry shows its own plan first", async () => {
  const { router } = open("/backfills/15");
  fireEvent.click(await screen.findByRole("button", { name: "Retry 18 runs…" }));
  const dialog = await screen.findByRole("dialog", { name: "Retry what backfill 15 left undone" });
  fireEvent.click(await within(dialog).findByRole("button", { name: "Retry 184 partitions" }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/backfills/31"));
});

test("an empty list says how to begin, a failed one what failed", async () => {
  server.use(http.get("*/api/v1/backfills", () => HttpResponse.json({ items: [], next: null })));
  const { unmount } = open("/backfills");
  await screen.findByText("There has been no backfill yet.");
  unmount();
  server.use(http.get("*/api/v1/backfills", () => problem(500, "TM0600", "the database is away")));
  open("/backfills");
  await screen.findByText("The backfills could not be loaded.");
  screen.getByText("01JD9Z6Q4T8M");
});
