import { lazy, Suspense } from "react";
import { Loading } from "@/components/skeleton";
import { plural } from "@/lib/format";
import type { GraphViewProps } from "./graph-view";
import { useLayout } from "./use-layout";

// The largest library of the program; lists and tables of this page do without it.
const GraphView = lazy(() => import("./graph-view"));

/** The place of the picture, of one size from the beginning. */
export function GraphStage({ low = false, ...props }: Omit<GraphViewProps, "layout"> & { low?: boolean }) {
  const layout = useLayout(props.picture);
  const waiting = (
    <Loading what={`the places of ${plural(props.picture.boxes.length, "box", "boxes")}`}>
      {<p className="p-4 text-muted">Placing {plural(props.picture.boxes.length, "box", "boxes")}…</p>}
    </Loading>
  );
  return (
    <div className={low ? "h-[26rem]" : "h-[calc(100vh-15rem)] min-h-96"}>
      <Suspense fallback={waiting}>{layout ? <GraphView {...props} layout={layout} /> : waiting}</Suspense>
    </div>
  );
}
