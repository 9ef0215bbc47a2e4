/** The little Markdown that our own manual uses: headings, paragraphs, lists, and blocks of code. */
export type Block =
  | { kind: "heading" | "paragraph" | "code"; text: string }
  | { kind: "list"; items: string[] };

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  // Every second part stood between two fences.
  for (const [index, part] of text.split(/^```.*$/m).entries()) {
    if (index % 2 === 1) blocks.push({ kind: "code", text: part.replace(/^\n|\n$/g, "") });
    else for (const chunk of part.split(/\n\s*\n/)) blocks.push(...blockOf(chunk.trim()));
  }
  return blocks;
}

function blockOf(chunk: string): Block[] {
  if (chunk === "") return [];
  const heading = /^#+ (.*)(?:\n([\s\S]*))?$/.exec(chunk);
  if (heading) {
    const [, text = "", rest = ""] = heading;
    return [{ kind: "heading", text }, ...blockOf(rest.trim())];
  }
  if (chunk.startsWith("- ")) {
    return [{ kind: "list", items: chunk.slice(2).split(/\n- /).map(joined) }];
  }
  return [{ kind: "paragraph", text: joined(chunk) }];
}

// A sentence stands on a line of its own there, and goes on here.
function joined(text: string): string {
  return text.replace(/\s*\n\s*/g, " ");
}
