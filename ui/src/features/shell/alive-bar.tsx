import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Time } from "@/components/time";
import { ApiError } from "@/lib/problem";
import { heardQuery, type Silent, silent } from "./alive";

/** On every page: who is not there any more, what that means, and what brings them back. */
export function AliveBar() {
  const { data, error, dataUpdatedAt } = useQuery(heardQuery());
  if (error instanceof ApiError && (error.status === 0 || error.status >= 502)) {
    return (
      <Bar>
        <p>
          <b>The server does not answer.</b> It is asked again every few seconds
          {dataUpdatedAt > 0 && (
            <>
              ; what you see may be of <Time at={new Date(dataUpdatedAt).toISOString()} brief />
            </>
          )}
          .
        </p>
      </Bar>
    );
  }
  const missing = data ? silent(data) : [];
  const [first] = missing;
  if (!first) return null;
  const both = missing.length > 1;
  return (
    <Bar>
      <p>
        <b>{both ? "No scheduler and no worker is running" : `No ${first.who} is running`}</b>
        {first.since && (
          <>
            , the last was heard of <Time at={first.since} relative />
          </>
        )}
        . {MEANS[both ? "both" : first.who]} Start {both ? "both" : "one"}:{" "}
        <code className="whitespace-nowrap font-mono">tidemill {both ? "up" : first.who}</code>
      </p>
    </Bar>
  );
}

const MEANS: Record<Silent["who"] | "both", string> = {
  scheduler: "What is planned goes on; nothing new is planned, and no source is looked at.",
  worker: "Runs wait until one is there.",
  both: "Nothing is planned and nothing is made.",
};

function Bar({ children }: { children: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex shrink-0 items-start gap-2 border-b border-danger bg-danger-soft px-4 py-1.5 md:px-6"
    >
      <TriangleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-danger" />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
