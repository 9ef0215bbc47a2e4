import { Link } from "@tanstack/react-router";
import { Sentence } from "@/components/sentence";
import type { SlaWindow } from "@/lib/types";

/** What holds a window up, with the way there. */
export function Blocking({ blocking }: { blocking: SlaWindow["blocking"] }) {
  if (!blocking) return <span className="text-muted">–</span>;
  const { dataset, partition, text, run } = blocking;
  return (
    <span>
      <Link
        to="/datasets/$name"
        params={{ name: dataset }}
        search={partition == null ? {} : { p: partition }}
        className="font-mono text-sm text-accent hover:underline"
      >
        {dataset}
        {partition != null && ` ${partition}`}
      </Link>{" "}
      <span className="text-muted">
        <Sentence text={text} />
      </span>
      {run != null && (
        <>
          {" "}
          <Link to="/runs/$id" params={{ id: String(run) }} className="text-accent underline">
            run {run}
          </Link>
        </>
      )}
    </span>
  );
}
