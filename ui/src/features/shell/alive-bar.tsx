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
  if (missing.length === 0) return null;
  return (
    <Bar>
      {missing.map((one) => (
        <Missing key={one.who} {...one} />
      ))}
    </Bar>
  );
}

const MEANS: Record<Silent["who"], string> = {
  scheduler: "Nothing new is planned, and no source is looked at; runs that are planned go on.",
  worker: "Runs wait until one is there.",
};

function Missing({ who, since }: Silent) {
  return (
    <p>
      <b>No {who} is running.</b>{" "}
      {since && (
        <>
          The last was heard of <Time at={since} relative />.{" "}
        </>
      )}
      {MEANS[who]} Start one: <code className="font-mono">tidemill {who}</code>
    </p>
  );
}

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
