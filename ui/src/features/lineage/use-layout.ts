import { useEffect, useRef, useState } from "react";
import type { Picture } from "./fold";
import { type Layout, type LayoutInput, layout } from "./layout";
import type { LayoutQuestion } from "./layout.worker";

/** How high every box is; how wide, the layout says. */
export const BOX_HEIGHT = 62;

interface LayoutAnswer {
  turn: number;
  layout: Layout;
}

/** Places the boxes in a worker, so that the page stays awake. What was there before keeps its place. */
export function useLayout(picture: Picture | null): Layout | null {
  const [made, setMade] = useState<Layout | null>(null);
  const worker = useRef<Worker | null>(null);
  const before = useRef<Layout | null>(null);
  const turn = useRef(0);
  const shape = picture && shapeOf(picture);

  useEffect(() => {
    return () => {
      worker.current?.terminate();
      worker.current = null;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only another shape is placed anew; a state that changes moves nothing
  useEffect(() => {
    if (!picture) return;
    turn.current += 1;
    const input: LayoutInput = {
      nodes: picture.boxes.map((box) => ({ id: box.id, height: BOX_HEIGHT })),
      edges: picture.edges.map(({ from, to }) => ({ from, to })),
      previous: before.current?.places ?? {},
      ...(before.current && { wide: before.current.wide }),
    };
    const take = (next: Layout) => {
      before.current = next;
      setMade(next);
    };
    if (typeof Worker === "undefined") {
      take(layout(input));
      return;
    }
    worker.current ??= new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    worker.current.onmessage = (event: MessageEvent<LayoutAnswer>) => {
      if (event.data.turn === turn.current) take(event.data.layout);
    };
    worker.current.postMessage({ turn: turn.current, input } satisfies LayoutQuestion);
  }, [shape]);

  // While another picture is being placed, the old places would be wrong for it.
  return picture?.boxes.every((box) => made?.places[box.id]) ? made : null;
}

function shapeOf(picture: Picture): string {
  return `${picture.boxes.map((box) => box.id).join("\n")}\n\n${picture.edges.map((edge) => `${edge.from}\t${edge.to}`).join("\n")}`;
}
