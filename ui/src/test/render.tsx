import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { createQueryClient } from "@/lib/query";
import { makeRouter } from "@/router";

/** Opens the whole program at an address, against the fake API. */
export function open(path: string) {
  const cache = createQueryClient();
  const router = makeRouter(cache, createMemoryHistory({ initialEntries: [path] }));
  const view = render(
    <QueryClientProvider client={cache}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...view, router, cache };
}

/** The words of an element as they are read, with single spaces between them. */
export function textOf(element: HTMLElement): string {
  return (element.textContent ?? "").replace(/\s+/g, " ");
}
