import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { DatasetZone, zoneChoice } from "@/lib/preferences";
import { createQueryClient } from "@/lib/query";
import { Sentence } from "./sentence";
import { TooltipProvider } from "./tooltip";

function shown(text: string, zone = "America/New_York") {
  const { container } = render(
    <QueryClientProvider client={createQueryClient()}>
      <TooltipProvider>
        <DatasetZone value={zone}>
          <Sentence text={text} />
        </DatasetZone>
      </TooltipProvider>
    </QueryClientProvider>,
  );
  return container.textContent;
}

afterEach(() => zoneChoice.set("dataset"));

test("instants in a sentence of the server are shown in the chosen zone", () => {
  const paused = "paused by boss since 2026-11-21 23:25:11Z";
  expect(shown(paused)).toBe("paused by boss since 21 Nov 18:25:11 GMT-5");
  zoneChoice.set("utc");
  expect(shown(paused)).toBe("paused by boss since 21 Nov 23:25:11 UTC");
});

test("those without seconds, and those of RFC 3339, too", () => {
  expect(shown("done about 2026-11-22 23:26 UTC, or later.")).toBe(
    "done about 22 Nov 18:26 GMT-5, or later.",
  );
  expect(shown("seen at 2026-11-22T23:26:01.5+01:00.")).toBe("seen at 22 Nov 17:26:01 GMT-5.");
});

test("labels of partitions, days, and what is code stay as they are", () => {
  const text = "hour 2026-11-22T23:00Z of 2026-11-22, and ";
  expect(shown(`${text}\`2026-11-22 23:25:11Z\``)).toBe(`${text}2026-11-22 23:25:11Z`);
});
