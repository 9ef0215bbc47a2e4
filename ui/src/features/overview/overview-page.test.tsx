import { fireEvent, screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, test } from "vitest";
import { who } from "@/test/handlers/access";
import { open } from "@/test/render";
import { server } from "@/test/server";

afterEach(() => {
  who.role = "admin";
});

async function problem(text: RegExp) {
  const panel = await screen.findByRole("region", { name: /^Needs attention/ });
  const title = await within(panel).findByText(text);
  const item = title.closest("li");
  if (!item) throw new Error("a problem is no item of a list");
  return within(item);
}

test("what is paused is resumed where it is told of", async () => {
  const asked: string[] = [];
  server.use(
    http.post("*/api/v1/datasets/:name/resume", ({ params }) => {
      asked.push(String(params.name));
      return new HttpResponse(null, { status: 204 });
    }),
  );
  open("/");
  fireEvent.click((await problem(/^Paused by ben/)).getByRole("button", { name: "Resume" }));
  await screen.findByText("site_top_pages goes on.");
  expect(asked).toEqual(["site_top_pages"]);
});

test("several failures lead to the plan of their retry, and names in the text to their datasets", async () => {
  open("/");
  const retry = (await problem(/^12 partitions failed/)).getByRole("link", { name: "Retry failed…" });
  expect(retry.getAttribute("href")).toContain("dataset=dev_sessions_daily");
  expect(retry.getAttribute("href")).toContain("select=failed");
  const held = await problem(/are held back/);
  await held.findByRole("link", { name: "dev_rows" });
  held.getByRole("link", { name: "Decide…" });
});

test("a viewer sees what cannot be done, and why", async () => {
  who.role = "viewer";
  open("/");
  const resume = (await problem(/^Paused by ben/)).getByRole("button", { name: /^Resume/ });
  expect(resume.getAttribute("aria-disabled")).toBe("true");
});
