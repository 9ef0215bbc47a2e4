import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, it } from "vitest";
import { token } from "@/test/factories/settings";
import { who } from "@/test/handlers/access";
import { open, textOf } from "@/test/render";
import { server } from "@/test/server";

afterEach(() => {
  who.role = "admin";
});

it("shows the secret of a token once, and lets nobody lose it by a slip", async () => {
  const sent: unknown[] = [];
  server.use(
    http.post("*/api/v1/tokens", async ({ request }) => {
      sent.push({ body: await request.json(), key: request.headers.get("Idempotency-Key") });
      return HttpResponse.json({ token: token.active(), secret: "tm_secret_1" }, { status: 201 });
    }),
  );
  open("/settings/tokens?new=1");
  fireEvent.change(await screen.findByLabelText("Name"), { target: { value: " CI " } });
  fireEvent.click(screen.getByLabelText("30 days"));
  fireEvent.click(screen.getByRole("button", { name: "Create token" }));
  expect(await screen.findByText("tm_secret_1")).toBeTruthy();
  expect(screen.getByText(/curl .*Bearer tm_secret_1/)).toBeTruthy();
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ body: { name: "CI", role: "viewer" }, key: expect.any(String) });
  fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
  expect(screen.getByText("tm_secret_1")).toBeTruthy();
  fireEvent.click(screen.getByLabelText("I have saved it"));
  fireEvent.click(screen.getByRole("button", { name: "Done" }));
  await waitFor(() => expect(screen.queryByText("tm_secret_1")).toBeNull());
});

it("keeps the last admin, and says why", async () => {
  open("/settings/users?user=1");
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getAllByText(/The last admin cannot be disabled/).length).toBeGreaterThan(0);
  expect(
    within(dialog)
      .getByRole("radio", { name: /^viewer/ })
      .matches(":disabled"),
  ).toBe(true);
  expect(
    within(dialog)
      .getByRole("button", { name: /^Disable user/ })
      .getAttribute("aria-disabled"),
  ).toBe("true");
});

it("sends only what was changed of a user", async () => {
  const sent: unknown[] = [];
  server.use(
    http.patch("*/api/v1/users/2", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({});
    }),
  );
  open("/settings/users?user=2");
  const dialog = await screen.findByRole("dialog");
  fireEvent.click(within(dialog).getByRole("radio", { name: /^operator/ }));
  fireEvent.click(within(dialog).getByRole("button", { name: "Save role" }));
  expect(await screen.findByText("ben: role changed")).toBeTruthy();
  expect(sent).toEqual([{ role: "operator" }]);
});

it("tells a viewer that users are not for them", async () => {
  who.role = "viewer";
  open("/settings/users");
  expect(await screen.findByText("Your role does not include users.")).toBeTruthy();
});

it("shows each action with the roles that hold it", async () => {
  open("/settings/permissions");
  expect(
    await screen.findByRole("row", { name: "pool.set change how many slots a pool has no no yes yes" }),
  ).toBeTruthy();
});

it("does not send a password that does not fit", async () => {
  open("/settings/profile");
  fireEvent.change(await screen.findByLabelText("Current password"), { target: { value: "old" } });
  fireEvent.change(screen.getByLabelText("New password"), { target: { value: "slow tides at noon" } });
  fireEvent.change(screen.getByLabelText("New password again"), { target: { value: "slow tides at dawn" } });
  const button = screen.getByRole("button", { name: /^Change password/ });
  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(textOf(button)).toContain("Not the same as above.");
});

it("shows what is wrong with the installation", async () => {
  open("/settings/about");
  const doctor = await screen.findByRole("region", { name: "Doctor" });
  expect(textOf(doctor)).toContain("2 published files are not in the lake");
  expect(screen.getByText(/the object store answered 403/)).toBeTruthy();
});

it("makes a token that may do only some of what its role may", async () => {
  const sent: unknown[] = [];
  server.use(
    http.post("*/api/v1/tokens", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ token: { ...token.active(), name: "ci" }, secret: "tm_x" }, { status: 201 });
    }),
  );
  open("/settings/tokens?new=1");
  const dialog = await screen.findByRole("dialog", { name: "New token" });
  fireEvent.change(within(dialog).getByLabelText("Name"), { target: { value: "ci" } });
  fireEvent.click(within(dialog).getByRole("radio", { name: /^operator/ }));
  const actions = within(dialog).getByRole("group", { name: "Actions" });
  fireEvent.click(within(actions).getByRole("radio", { name: /^Some/ }));
  const create = () => within(dialog).getByRole("button", { name: /^Create token/ });
  expect(create().getAttribute("aria-disabled")).toBe("true");
  const which = await within(dialog).findByRole("group", { name: "Which actions" });
  expect(within(which).queryByRole("checkbox", { name: /^pool.set/ })).toBeNull();
  fireEvent.click(within(which).getByRole("checkbox", { name: /^backfill.create/ }));
  fireEvent.click(create());
  await screen.findByRole("dialog", { name: "Token ci" });
  expect(sent).toMatchObject([{ role: "operator", actions: ["backfill.create"] }]);
});
