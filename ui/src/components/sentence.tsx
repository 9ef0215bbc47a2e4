import { Link } from "@tanstack/react-router";
import { useDatasets } from "@/lib/zones";
import { CodeText } from "./prose";
import { Time } from "./time";

// As the server writes instants into sentences: `2026-11-22 23:25:11Z`, `2026-11-22 23:26 UTC`, and RFC 3339. The
// labels of partitions are no instants, and look otherwise: `2026-11-22T23:00Z`, without seconds.
const INSTANT =
  /(\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?(?:Z| UTC)|T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})))(?![\w:])/;

/**
 * What the server says in a sentence: what stands between backticks as code, instants in the chosen zone. With
 * `link`, which needs the whole program around it, names of datasets lead to them.
 */
export function Sentence({ text, link = false }: { text: string; link?: boolean }) {
  const datasets = useDatasets(link);
  return text.split("`").map((part, index) =>
    // Every second part stood between two backticks.
    index % 2 === 0 ? (
      <Words key={index} text={part} />
    ) : datasets?.has(part) ? (
      <Link
        key={index}
        to="/datasets/$name"
        params={{ name: part }}
        className="font-mono text-sm text-accent hover:underline"
      >
        {part}
      </Link>
    ) : (
      <CodeText key={index} text={`\`${part}\``} />
    ),
  );
}

function Words({ text }: { text: string }) {
  return text.split(INSTANT).map((part, index) => {
    if (index % 2 === 0) return part;
    const at = part.replace(" UTC", "Z").replace(" ", "T");
    return <Time key={index} at={at} seconds={/T\d{2}:\d{2}:\d{2}/.test(at)} />;
  });
}
