import { Loading } from "@/components/skeleton";
import { plural } from "@/lib/format";
import { GraphView, type GraphViewProps } from "./graph-view";
import { useLayout } from "./use-layout";

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
      {layout ? <GraphView {...props} layout={layout} /> : waiting}
    </div>
  );
}
