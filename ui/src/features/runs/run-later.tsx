import { Link } from "@tanstack/react-router";
import { Time } from "@/components/time";
import { RUN } from "@/lib/states";
import type { Run } from "@/lib/types";

/** What became of the partition of a run that failed or was cancelled: made good since, or about to be. */
export function RunLater({ run }: { run: Run }) {
  const { mended_by: mended, made_again_by: again } = run;
  if (!mended && !again) return null;
  return (
    <span className="block">
      {mended && (
        <>
          Mended by <RunLink id={mended.run} /> at <Time at={mended.at} />.{" "}
        </>
      )}
      {again && (
        <>
          Being made again by <RunLink id={again.run} />, which is {RUN[again.state].label.toLowerCase()}.
        </>
      )}
    </span>
  );
}

function RunLink({ id }: { id: number }) {
  return (
    <Link to="/runs/$id" params={{ id: String(id) }} className="text-accent underline">
      run {id}
    </Link>
  );
}
