import { fireEvent, screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, test } from "vitest";
import { axis, dataset, datasetRow } from "@/test/factories/datasets";
import { who } from "@/test/handlers/access";
import { open } from "@/test/render";
import { server } from "@/test/server";
import { isOver } from "./announce-button";

afterEach(() => {
  who.role = "admin";
});

const PAGE = "/datasets/dev_arrivals";

test("a look that began before the announcement is not the one that is waited for", () => {
  const watch = {
    observed_at: "2026-11-22T06:11:00Z",
    changed_at: null,
    next_at: "2026-11-22T06:21:00Z",
    looking: false,
    fault: null,
    fault_since: null,
  };
  expect(isOver(watch, "2026-11-22T06:11:00Z")).toBe(false);
  expect(isOver(watch, null)).toBe(true);
  expect(isOver({ ...watch, next_at: "2026-11-22T06:11:00Z" }, null)).toBe(false);
});

test("a source that is announced is watched until it was looked at", async () => {
  let looks = 0;
  server.use(
    http.get("*/api/v1/datasets/dev_arrivals", () => {
      const data = dataset(datasetRow.source(), axis.daily());
      looks += 1;
      const at = "2026-11-22T06:14:03Z";
      const watch = data.watch && {
        ...data.watch,
        ...(looks > 1 && { looking: true }),
        ...(looks > 2 && { looking: false, observed_at: at, changed_at: at }),
      };
      return HttpResponse.json({ ...data, watch });
    }),
  );
  open(PAGE);
  await screen.findByText(/looked at/);
  fireEvent.click(await screen.findByRole("button", { name: "Announce a change" }));
  await screen.findByRole("button", { name: "Being looked at…" });
  await screen.findByText("dev_arrivals was looked at: something new was found.");
  await screen.findByRole("button", { name: "Announce a change" });
});

test("a viewer is told why not", async () => {
  who.role = "viewer";
  open(PAGE);
  const button = await screen.findByRole("button", {
    name: /^Announce a change, not possible: Your role, viewer/,
  });
  expect(button.getAttribute("aria-disabled")).toBe("true");
});
