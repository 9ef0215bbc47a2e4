import { type Block, blocksOf } from "@/lib/markdown";
import { CodeText } from "./prose";

/** A page of the manual. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className="flex max-w-prose flex-col gap-2">
      {blocksOf(text).map((block, index) => (
        <Part key={index} block={block} />
      ))}
    </div>
  );
}

function Part({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return <h3 className="mt-2 font-semibold first:mt-0">{block.text}</h3>;
    case "paragraph":
      return (
        <p>
          <CodeText text={block.text} />
        </p>
      );
    case "list":
      return (
        <ul className="list-disc space-y-1 pl-5">
          {block.items.map((item) => (
            <li key={item}>
              <CodeText text={item} />
            </li>
          ))}
        </ul>
      );
    case "code":
      return (
        <pre className="overflow-x-auto rounded border border-line bg-sunken p-2 font-mono text-sm">
          {block.text}
        </pre>
      );
  }
}
