import clsx from "clsx";
import { CirclePause } from "lucide-react";
import { memo } from "react";
import { StateMark } from "@/components/state-badge";
import { age, count } from "@/lib/format";
import { aboutOf, lookOfBox, titleOf } from "./box-words";
import type { Box } from "./fold";
import { BOX_HEIGHT } from "./use-layout";

interface BoxNodeProps {
  box: Box;
  x: number;
  y: number;
  wide: number;
  dim: boolean;
  active: boolean;
  focus: boolean;
  now: number;
  onMore: (id: string) => void;
}

/** One box near by: state, name, counts, and at its sides how many neighbours are not drawn. */
export const BoxNode = memo(function BoxNode(props: BoxNodeProps) {
  const { box, dim, active, focus } = props;
  const folded = box.kind === "consumers" || box.kind === "group";
  return (
    <div
      role="group"
      aria-label={titleOf(box)}
      style={{ left: props.x, top: props.y, width: props.wide, height: BOX_HEIGHT }}
      className={clsx(
        "absolute flex cursor-pointer flex-col justify-center gap-1 rounded border px-2.5",
        dim ? "bg-sunken text-muted" : "bg-panel",
        active
          ? "border-accent outline outline-2 outline-accent"
          : dim
            ? "border-line"
            : "border-line-strong",
        folded && "border-dashed",
        focus && "bg-chosen",
      )}
    >
      <div className="flex min-w-0 items-center gap-2">
        <StateMark look={lookOfBox(box)} className={dim ? "opacity-40" : ""} />
        <span className={clsx("truncate font-medium", !folded && "font-mono text-sm")}>{titleOf(box)}</span>
        {box.kind === "dataset" && box.node.paused && (
          <CirclePause size={14} className="ml-auto shrink-0 text-muted" aria-hidden />
        )}
      </div>
      <div className="flex min-w-0 items-center justify-between gap-2 text-xs text-muted">
        <span className="truncate">{aboutOf(box)}</span>
        <span className="shrink-0">{rightOf(props)}</span>
      </div>
      {box.kind === "dataset" && (
        <>
          <More
            count={box.node.hidden_up}
            side="left"
            title={titleOf(box)}
            onMore={() => props.onMore(box.node.name)}
          />
          <More
            count={box.node.hidden_down}
            side="right"
            title={titleOf(box)}
            onMore={() => props.onMore(box.node.name)}
          />
        </>
      )}
    </div>
  );
});

function rightOf({ box, now }: BoxNodeProps): string {
  const at =
    box.kind === "dataset" ? box.node.published_at : box.kind === "version" ? box.link.committed_at : null;
  return at ? age((now - Date.parse(at)) / 1000) : "";
}

function More(props: { count: number; side: "left" | "right"; title: string; onMore: () => void }) {
  if (props.count === 0) return null;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={`Show ${props.count} more ${props.side === "left" ? "inputs" : "consumers"} of ${props.title}`}
      onClick={(event) => {
        event.stopPropagation();
        props.onMore();
      }}
      className={clsx(
        "absolute top-1/2 h-6 min-w-6 -translate-y-1/2 rounded-full border border-line-strong bg-raised px-1.5 text-xs text-ink hover:bg-chosen",
        props.side === "left" ? "right-full mr-2" : "left-full ml-2",
      )}
    >
      +{count(props.count)}
    </button>
  );
}
