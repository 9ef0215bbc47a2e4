import "@xyflow/react/dist/base.css";
import "./graph-view.css";
import { ReactFlow, ReactFlowProvider, useReactFlow, type Viewport } from "@xyflow/react";
import {
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { useNow } from "@/lib/clock";
import { useShortcut } from "@/lib/shortcuts";
import { BoxNode, type BoxNodeType } from "./box-node";
import { boxWords, lookOfBox, titleOf } from "./box-words";
import {
  bounds,
  type Camera,
  fitInto,
  hit,
  NEAR_BOXES,
  NEAR_ZOOM,
  reveal,
  windowOf,
  ZOOM_MAX,
  ZOOM_MIN,
  zoomAt,
} from "./camera";
import type { Picture } from "./fold";
import { type Layout, NODE_WIDTH } from "./layout";
import { type Palette, paint, readPalette } from "./paint";
import { BOX_HEIGHT } from "./use-layout";
import { useSize } from "./use-size";
import { isArrow, step } from "./walk";

export interface GraphViewProps {
  label: string;
  picture: Picture;
  layout: Layout;
  focus: string | null;
  active: string | null;
  lit: ReadonlySet<string> | null;
  onActive: (id: string) => void;
  /** Opens what there is to say about a box. */
  onOpen: (id: string) => void;
  /** Draws the neighbours of a dataset that are not drawn. */
  onMore: (name: string) => void;
}

const NODE_TYPES = { box: BoxNode };
const height = () => BOX_HEIGHT;

export default function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <Graph {...props} />
    </ReactFlowProvider>
  );
}

/**
 * The picture. One camera serves both ways of drawing: edges, and far away the boxes, are on a canvas; near
 * by the boxes in view are elements. Moving draws the canvas and renders nothing.
 */
function Graph(props: GraphViewProps) {
  const { picture, layout, focus, active, lit, onActive, onOpen, onMore } = props;
  const id = useId();
  const flow = useReactFlow();
  const { box, size } = useSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const camera = useRef<Camera>({ x: 0, y: 0, zoom: 1 });
  const [far, setFar] = useState(false);
  const [hover, setHover] = useState<string | null>(null);
  const palette = usePalette(box);
  const now = useNow().getTime();

  const draw = useCallback(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || !palette || !canvas.current) return;
    const ratio = window.devicePixelRatio || 1;
    const [width, tall] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    if (canvas.current.width !== width || canvas.current.height !== tall) {
      canvas.current.width = width;
      canvas.current.height = tall;
    }
    const scene = { layout, boxes: picture.boxes, view: size, palette, far, lit, active: active ?? hover };
    paint(context, { ...scene, camera: camera.current, look: lookOfBox, title: titleOf }, ratio);
  }, [layout, picture, size, palette, far, lit, active, hover]);
  // Frames draw what is true when they come, not when they were asked for.
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(draw, [draw]);

  const frame = useRef(0);
  const onViewport = useCallback(
    (next: Viewport) => {
      camera.current = next;
      setFar(isFar(next, layout, size));
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(() => latest.current());
    },
    [layout, size],
  );
  const look = useCallback(
    (next: Camera) => {
      void flow.setViewport(next);
      onViewport(next);
    },
    [flow, onViewport],
  );
  const fitAll = useCallback(() => {
    if (size.width === 0) return;
    const all = bounds(layout.places, height);
    const whole = fitInto(all, all, size);
    const place = focus === null ? undefined : layout.places[focus];
    // A neighbourhood that does not fit legibly is shown around its focus, near enough to read.
    if (whole.zoom < NEAR_ZOOM && place && picture.boxes.length < NEAR_BOXES) {
      const zoom = 0.7;
      look({
        zoom,
        x: size.width / 2 - (place.x + NODE_WIDTH / 2) * zoom,
        y: size.height / 2 - (place.y + BOX_HEIGHT / 2) * zoom,
      });
    } else look(whole);
  }, [layout, size, focus, picture.boxes.length, look]);

  // The library calls its own frame an application, too; of two, one inside the other, only ours has keys.
  useEffect(() => {
    box.current?.querySelector(".react-flow")?.setAttribute("role", "presentation");
  }, [box]);

  // The first picture is fitted, and so is that of another focus; what merely grows stays where it is.
  const fitted = useRef<string | null>(null);
  useEffect(() => {
    const key = `${focus ?? ""}`;
    if (fitted.current === key || size.width === 0) return;
    fitted.current = key;
    fitAll();
  }, [focus, size, fitAll]);
  useEffect(() => setFar(isFar(camera.current, layout, size)), [layout, size]);

  const zoomBy = (factor: number) =>
    look(zoomAt(camera.current, factor, { x: size.width / 2, y: size.height / 2 }));
  useShortcut("0", "Fit the graph", fitAll);
  useShortcut("+", "Nearer", () => zoomBy(1.4));
  useShortcut("=", "Nearer", () => zoomBy(1.4));
  useShortcut("-", "Farther", () => zoomBy(1 / 1.4));

  const nodes = useMemo<BoxNodeType[]>(
    () =>
      far
        ? []
        : picture.boxes.map((each) => ({
            id: each.id,
            type: "box",
            position: layout.places[each.id] ?? { x: 0, y: 0 },
            width: NODE_WIDTH,
            height: BOX_HEIGHT,
            data: {
              box: each,
              dim: (lit !== null && !lit.has(each.id)) || !each.match,
              active: each.id === active,
              focus: each.id === focus,
              now,
              onMore,
            },
          })),
    [far, picture, layout, lit, active, focus, now, onMore],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (isArrow(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const next = step(active ?? "", event.key, layout.places, picture.edges);
      const place = layout.places[next];
      if (place) look(reveal(camera.current, place, BOX_HEIGHT, size));
      onActive(next);
    } else if (event.key === "Enter" && active) onOpen(active);
    else if (event.key === "e" && active) onMore(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const under = (event: MouseEvent) => {
    const area = box.current?.getBoundingClientRect();
    if (!area) return null;
    return hit(
      camera.current,
      { x: event.clientX - area.left, y: event.clientY - area.top },
      layout.places,
      height,
    );
  };
  const chosen = picture.boxes.find((each) => each.id === active);
  const words = useMemo(() => {
    if (!chosen) return "";
    const up = picture.edges.filter((edge) => edge.to === chosen.id).length;
    const down = picture.edges.filter((edge) => edge.from === chosen.id).length;
    return boxWords(chosen, up, down);
  }, [chosen, picture]);
  const hovered = hover === null ? undefined : picture.boxes.find((each) => each.id === hover);

  return (
    <div
      ref={box}
      role="application"
      aria-label={props.label}
      aria-roledescription="graph"
      aria-describedby={`${id}-keys`}
      aria-activedescendant={chosen ? `${id}-active` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="lineage relative h-full min-h-96 w-full overflow-hidden rounded bg-sunken focus-visible:-outline-offset-2"
    >
      <p id={`${id}-keys`} className="sr-only">
        Arrows go to neighbours, Enter opens the details, e draws hidden neighbours, 0 fits, v shows the same
        as a list.
      </p>
      <div id={`${id}-active`} role="img" aria-label={words} className="sr-only" />
      <div aria-live="polite" className="sr-only">
        {words}
      </div>
      <canvas ref={canvas} aria-hidden="true" className="pointer-events-none absolute inset-0 size-full" />
      <ReactFlow<BoxNodeType>
        nodes={nodes}
        edges={[]}
        nodeTypes={NODE_TYPES}
        onlyRenderVisibleElements
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        minZoom={ZOOM_MIN}
        maxZoom={ZOOM_MAX}
        onMove={(_, next) => onViewport(next)}
        onNodeClick={(_, node) => (node.id === active ? onOpen(node.id) : onActive(node.id))}
        onPaneClick={(event) => {
          const found = far ? under(event) : null;
          if (found) onActive(found);
        }}
        onPaneMouseMove={(event) => setHover(far ? under(event) : null)}
        onPaneMouseLeave={() => setHover(null)}
        className="absolute inset-0"
      />
      {far && hovered && (
        <div
          aria-hidden="true"
          className="pointer-events-none absolute left-2 top-2 rounded border border-line-strong bg-raised px-2 py-1 text-sm"
        >
          <span className="font-mono">{titleOf(hovered)}</span>{" "}
          <span className="text-muted">{boxWords(hovered, 0, 0).split(", ")[1]}</span>
        </div>
      )}
    </div>
  );
}

function isFar(camera: Camera, layout: Layout, size: { width: number; height: number }): boolean {
  if (camera.zoom < NEAR_ZOOM) return true;
  const seen = windowOf(camera, size);
  let inView = 0;
  for (const place of Object.values(layout.places)) {
    const wide = place.x < seen.right && place.x + NODE_WIDTH > seen.left;
    if (wide && place.y < seen.bottom && place.y + BOX_HEIGHT > seen.top) inView += 1;
  }
  return inView > NEAR_BOXES;
}

/** The colours of the theme, read again when it changes. */
function usePalette(box: { current: HTMLElement | null }): Palette | null {
  const [palette, setPalette] = useState<Palette | null>(null);
  useEffect(() => {
    const read = () => box.current && setPalette(readPalette(box.current));
    read();
    window.addEventListener("tidemill:theme", read);
    return () => window.removeEventListener("tidemill:theme", read);
  }, [box]);
  return palette;
}
