import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useNow } from "@/lib/clock";
import { useShortcut } from "@/lib/shortcuts";
import { BoxNode } from "./box-node";
import { boxWords, lookOfBox, titleOf } from "./box-words";
import {
  bounds,
  type Camera,
  fitInto,
  hit,
  NAME_WIDTH,
  NEAR_BOXES,
  NEAR_ZOOM,
  reveal,
  type Size,
  windowOf,
  zoomAt,
} from "./camera";
import type { Picture } from "./fold";
import type { Layout, Place } from "./layout";
import { type Palette, paint, readPalette } from "./paint";
import { useGestures } from "./use-gestures";
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

/**
 * The picture. One camera serves both ways of drawing: edges, and far away the boxes, are on a canvas; near
 * by the boxes in view are elements. Moving draws the canvas and renders nothing.
 */
export function GraphView(props: GraphViewProps) {
  const { picture, layout, focus, active, lit, onActive, onOpen, onMore } = props;
  const id = useId();
  const { box, size } = useSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const camera = useRef<Camera>({ x: 0, y: 0, zoom: 1 });
  const [far, setFar] = useState(false);
  // Boxes in and a little around the view are elements; a move within changes nothing of them.
  const [tile, setTile] = useState<Area>({ left: 0, top: 0, right: 0, bottom: 0 });
  const [hover, setHover] = useState<string | null>(null);
  const palette = usePalette(box);
  const each = useMemo(() => ({ width: layout.wide, height: BOX_HEIGHT }), [layout]);
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
    if (layer.current) {
      const { x, y, zoom } = camera.current;
      layer.current.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    }
    paint(context, { ...scene, camera: camera.current, look: lookOfBox, title: titleOf }, ratio);
  }, [layout, picture, size, palette, far, lit, active, hover]);
  // Frames draw what is true when they come, not when they were asked for.
  const latest = useRef(draw);
  latest.current = draw;
  useLayoutEffect(draw, [draw]);

  const frame = useRef(0);
  const look = useCallback(
    (next: Camera) => {
      camera.current = next;
      setFar(isFar(next, layout, size));
      setTile((held) => (covers(held, windowOf(next, size)) ? held : around(windowOf(next, size))));
      cancelAnimationFrame(frame.current);
      frame.current = requestAnimationFrame(() => latest.current());
    },
    [layout, size],
  );
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  const fitAll = useCallback(() => {
    if (size.width === 0) return;
    const all = bounds(layout.places, each);
    const whole = fitInto(all, all, size);
    const place = layout.places[focus ?? picture.boxes[0]?.id ?? ""];
    // What does not fit legibly is shown around its focus, or its beginning, near enough to read.
    if (layout.wide * whole.zoom < NAME_WIDTH && place && picture.boxes.length < NEAR_BOXES) {
      const zoom = focus === null ? (1.6 * NAME_WIDTH) / layout.wide : NEAR_ZOOM;
      look({
        zoom,
        // A beginning has nothing at its left.
        x: focus === null ? 24 - place.x * zoom : size.width / 2 - (place.x + each.width / 2) * zoom,
        y: size.height / 2 - (place.y + BOX_HEIGHT / 2) * zoom,
      });
    } else look(whole);
  }, [layout, each, size, focus, picture, look]);

  // The first picture is fitted, and so is that of another focus; what merely grows stays where it is.
  const fitted = useRef<string | null>(null);
  useEffect(() => {
    const key = `${focus ?? ""}`;
    if (fitted.current === key || size.width === 0) return;
    fitted.current = key;
    fitAll();
  }, [focus, size, fitAll]);
  // Where the view gets smaller, as when the details open beside it, what is chosen stays in it.
  const seenIn = useRef(size);
  useEffect(() => {
    const before = seenIn.current;
    seenIn.current = size;
    const place = active === null ? undefined : layout.places[active];
    const smaller = size.width < before.width || size.height < before.height;
    look(place && smaller ? reveal(camera.current, place, each, size) : camera.current);
  }, [look, size, active, layout, each]);

  const zoomBy = (factor: number) =>
    look(zoomAt(camera.current, factor, { x: size.width / 2, y: size.height / 2 }));
  useShortcut("0", "Fit the graph", fitAll);
  useShortcut("+", "Nearer", () => zoomBy(1.4));
  useShortcut("=", "Nearer", () => zoomBy(1.4));
  useShortcut("-", "Farther", () => zoomBy(1 / 1.4));

  const near = useMemo(
    () =>
      far
        ? []
        : picture.boxes.flatMap((one) => {
            const place = layout.places[one.id];
            return place && isIn(place, each, tile) ? [{ box: one, ...place }] : [];
          }),
    [far, picture, layout, each, tile],
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (isArrow(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const next = step(active ?? "", event.key, layout.places, picture.edges);
      const place = layout.places[next];
      if (place) look(reveal(camera.current, place, each, size));
      onActive(next);
    } else if (event.key === "Enter" && active) onOpen(active);
    else if (event.key === "e" && active) onMore(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const under = (point: Place) => hit(camera.current, point, layout.places, each);
  useGestures(box, {
    camera,
    look,
    onClick: (point) => {
      const found = under(point);
      if (found !== null && found === active) onOpen(found);
      else if (found !== null) onActive(found);
    },
  });
  const chosen = picture.boxes.find((one) => one.id === active);
  const words = useMemo(() => {
    if (!chosen) return "";
    const up = picture.edges.filter((edge) => edge.to === chosen.id).length;
    const down = picture.edges.filter((edge) => edge.from === chosen.id).length;
    return boxWords(chosen, up, down);
  }, [chosen, picture]);
  const hovered = hover === null ? undefined : picture.boxes.find((one) => one.id === hover);

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
      onPointerMove={(event) => {
        if (!far || event.buttons > 0) return;
        const area = event.currentTarget.getBoundingClientRect();
        setHover(under({ x: event.clientX - area.left, y: event.clientY - area.top }));
      }}
      onPointerLeave={() => setHover(null)}
      className="relative h-full min-h-96 w-full cursor-grab touch-none select-none overflow-hidden rounded bg-sunken focus-visible:-outline-offset-2"
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
      <div ref={layer} className="absolute left-0 top-0 origin-top-left">
        {near.map((one) => (
          <BoxNode
            key={one.box.id}
            box={one.box}
            x={one.x}
            y={one.y}
            wide={layout.wide}
            dim={(lit !== null && !lit.has(one.box.id)) || !one.box.match}
            active={one.box.id === active}
            focus={one.box.id === focus}
            now={now}
            onMore={onMore}
          />
        ))}
      </div>
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
    if (isIn(place, { width: layout.wide, height: BOX_HEIGHT }, seen)) inView += 1;
  }
  return inView > NEAR_BOXES;
}

interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function covers(tile: Area, seen: Area): boolean {
  return (
    tile.left <= seen.left && tile.top <= seen.top && seen.right <= tile.right && seen.bottom <= tile.bottom
  );
}

function around(seen: Area): Area {
  const [wide, tall] = [(seen.right - seen.left) / 2, (seen.bottom - seen.top) / 2];
  return {
    left: seen.left - wide,
    top: seen.top - tall,
    right: seen.right + wide,
    bottom: seen.bottom + tall,
  };
}

function isIn(place: Place, box: Size, area: Area): boolean {
  const across = place.x < area.right && place.x + box.width > area.left;
  return across && place.y < area.bottom && place.y + box.height > area.top;
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
