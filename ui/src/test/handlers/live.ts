import { HttpResponse, http } from "msw";

/** A stream on which nothing happens; a test that wants news puts its own handler before this one. */
export const lives = [
  http.get(
    "*/api/v1/live",
    () => new HttpResponse(new ReadableStream(), { headers: { "content-type": "text/event-stream" } }),
  ),
];
