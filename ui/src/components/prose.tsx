/** A text of the server: paragraphs, and code between backticks. Other marks are shown as they are. */
export function Prose({ text, className }: { text: string; className?: string }) {
  if (text === "") return null;
  return (
    <div className={className}>
      {text.split(/\n\s*\n/).map((paragraph, index) => (
        <p key={index} className={index === 0 ? undefined : "mt-2"}>
          <CodeText text={paragraph.replaceAll("\n", " ")} />
        </p>
      ))}
    </div>
  );
}

/** One sentence, with what stands between backticks as code. */
export function CodeText({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    // Every second part stood between two backticks.
    index % 2 === 1 ? (
      <code key={index} className="rounded bg-sunken px-1 font-mono text-sm">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
