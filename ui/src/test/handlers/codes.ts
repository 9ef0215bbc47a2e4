import { HttpResponse, http } from "msw";

const TEXT = `## What happened

An attempt took more memory than it may.

## What to do

- Give it more with \`.memory(…)\`.
- Or make less at once.`;

export const codes = [
  http.get("*/api/v1/codes/:code", ({ params }) =>
    HttpResponse.json({ code: params.code, title: "an attempt took too much memory", text: TEXT }),
  ),
];
