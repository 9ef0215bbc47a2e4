import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, vi } from "vitest";
import { NOW } from "./factories/datasets";
import { server } from "./server";

// What jsdom lacks and our components ask for.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.matchMedia ??= (query) =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener() {},
    removeListener() {},
  });
Element.prototype.scrollIntoView ??= () => {};
Element.prototype.scrollTo ??= () => {};
// Pictures are looked at in a real browser; here nothing is drawn.
HTMLCanvasElement.prototype.getContext = () => null;
window.scrollTo = () => {};

// A busy machine is no fault of the page.
configure({ asyncUtilTimeout: 15_000 });

// The fake world stands at one moment; only the clock is held, timers go on.
vi.useFakeTimers({ toFake: ["Date"], now: NOW });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  cleanup();
  server.resetHandlers();
});
afterAll(() => server.close());
