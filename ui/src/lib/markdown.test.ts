import { expect, test } from "vitest";
import { blocksOf } from "./markdown";

test("headings, sentences, lists and code are told apart", () => {
  const text = [
    "## Why",
    "",
    "One sentence.",
    "And another.",
    "",
    "## What to do",
    "- Look at `rows`,",
    "  each of them.",
    "- Wait.",
    "",
    "```rust",
    "let a = 1;",
    "",
    "let b = 2;",
    "```",
  ].join("\n");
  expect(blocksOf(text)).toEqual([
    { kind: "heading", text: "Why" },
    { kind: "paragraph", text: "One sentence. And another." },
    { kind: "heading", text: "What to do" },
    { kind: "list", items: ["Look at `rows`, each of them.", "Wait."] },
    { kind: "code", text: "let a = 1;\n\nlet b = 2;" },
  ]);
});

test("nothing is nothing", () => {
  expect(blocksOf("")).toEqual([]);
});
