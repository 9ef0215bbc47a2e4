import { CodeText } from "./prose";
import { Time } from "./time";

// As the server writes instants into sentences: `2026-11-22 23:25:11Z`, `2026-11-22 23:26 UTC`, and RFC 3339. The
// labels of partitions are no instants, and look otherwise: `2026-11-22T23:00Z`, without seconds.
const INSTANT =
  /(\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?(?:Z| UTC)|T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})))(?![\w:])/;

/** What the server says in a sentence: what stands between backticks as code, instants in the chosen zone. */
export function Sentence({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    // Every second part stood between two backticks.
    index % 2 === 1 ? <CodeText key={index} text={`\`${part}\``} /> : <Words key={index} text={part} />,
  );
}

function Words({ text }: { text: string }) {
  return text.split(INSTANT).map((part, index) => {
    if (index % 2 === 0) return part;
    const at = part.replace(" UTC", "Z").replace(" ", "T");
    return <Time key={index} at={at} seconds={/T\d{2}:\d{2}:\d{2}/.test(at)} />;
  });
}
