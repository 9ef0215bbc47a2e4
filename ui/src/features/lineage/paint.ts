/** Draws the graph on a canvas: its edges always, and its boxes when one is too far away to read them. */

import type { Look } from "@/lib/states";
import { TONE } from "@/lib/states";
import { type Camera, type Size, windowOf } from "./camera";
import type { Box } from "./fold";
import type { Layout } from "./layout";
import { BOX_HEIGHT } from "./use-layout";

export interface Palette {
  page: string;
  panel: string;
  ink: string;
  muted: string;
  line: string;
  accent: string;
  danger: string;
  tone: Record<Look["tone"], string>;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const tone = Object.fromEntries(Object.entries(TONE).map(([word, { fill }]) => [word, read(fill)]));
  return {
    page: read("--page"),
    panel: read("--panel"),
    ink: read("--ink"),
    muted: read("--muted"),
    line: read("--line-strong"),
    accent: read("--accent"),
    danger: read("--danger"),
    // Every tone has a variable, so every tone is there.
    tone: { ...BLANK, ...tone },
  };
}

const BLANK: Palette["tone"] = {
  fresh: "",
  stale: "",
  failed: "",
  running: "",
  waiting: "",
  missing: "",
  blocked: "",
  late: "",
  off: "",
};

export interface Scene {
  layout: Layout;
  boxes: readonly Box[];
  camera: Camera;
  view: Size;
  palette: Palette;
  /** Boxes are drawn, too. */
  far: boolean;
  /** What is lit; nothing means that everything is as bright. */
  lit: ReadonlySet<string> | null;
  active: string | null;
  look: (box: Box) => Look;
  title: (box: Box) => string;
}

/** From so many edges on, far away only those of what is lit are drawn: the rest would be a grey field. */
const EDGES_FAR = 3000;

export function paint(context: CanvasRenderingContext2D, scene: Scene, ratio: number): void {
  const { camera, view } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, view.width, view.height);
  context.setTransform(ratio * camera.zoom, 0, 0, ratio * camera.zoom, ratio * camera.x, ratio * camera.y);
  paintEdges(context, scene);
  if (scene.far) paintBoxes(context, scene);
}

function paintEdges(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, camera, palette, lit, far } = scene;
  const seen = windowOf(camera, scene.view);
  const hairline = 1 / camera.zoom;
  const plain = new Path2D();
  const bright = new Path2D();
  const wrong = new Path2D();
  const skip = far && layout.routes.length > EDGES_FAR;
  // Groups may well read each other; only of datasets a circle is wrong.
  const groups = new Set(scene.boxes.filter((box) => box.kind === "group").map((box) => box.id));
  for (const route of layout.routes) {
    const [x1 = 0, y1 = 0] = route.points;
    const [x2 = 0, y2 = 0] = route.points.slice(-2);
    if (Math.max(x1, x2) < seen.left || Math.min(x1, x2) > seen.right) continue;
    if (route.points.length === 4 && (Math.max(y1, y2) < seen.top || Math.min(y1, y2) > seen.bottom))
      continue;
    const isLit = Boolean(lit?.has(route.from) && lit.has(route.to));
    const isWrong = route.circular && !groups.has(route.from) && !groups.has(route.to);
    if (skip && !isLit && !isWrong) continue;
    trace(isWrong ? wrong : isLit ? bright : plain, route.points);
  }
  context.lineJoin = "round";
  context.lineWidth = Math.max(1, hairline);
  context.strokeStyle = palette.line;
  context.globalAlpha = lit === null ? (far ? 0.45 : 0.8) : 0.22;
  context.stroke(plain);
  context.globalAlpha = 1;
  context.lineWidth = Math.max(2, 1.6 * hairline);
  context.strokeStyle = palette.accent;
  context.stroke(bright);
  context.strokeStyle = palette.danger;
  context.setLineDash([6, 4]);
  context.stroke(wrong);
  context.setLineDash([]);
}

/** Curves from column to column, straight lines past the columns between. */
function trace(path: Path2D, points: readonly number[]): void {
  path.moveTo(points[0] ?? 0, points[1] ?? 0);
  for (let index = 2; index < points.length; index += 2) {
    const [x0 = 0, y0 = 0, x = 0, y = 0] = points.slice(index - 2, index + 2);
    if (y0 === y) path.lineTo(x, y);
    else {
      const middle = (x0 + x) / 2;
      path.bezierCurveTo(middle, y0, middle, y, x, y);
    }
  }
}

/** Far away boxes take some of the room between rows: two lines of a name need it. */
const AIR = 6;
const TALL = BOX_HEIGHT + 2 * AIR;

function paintBoxes(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, camera, palette, lit, active } = scene;
  const seen = windowOf(camera, scene.view);
  const hairline = 1 / camera.zoom;
  const { wide } = layout;
  const readable = TALL * camera.zoom >= 12;
  context.textBaseline = "middle";
  for (const box of scene.boxes) {
    const place = layout.places[box.id];
    if (!place) continue;
    if (place.x > seen.right || place.x + wide < seen.left) continue;
    if (place.y > seen.bottom || place.y + BOX_HEIGHT < seen.top) continue;
    const dim = (lit !== null && !lit.has(box.id)) || !box.match;
    context.globalAlpha = dim ? 0.25 : 1;
    const tone = scene.look(box).tone;
    const top = place.y - AIR;
    if (readable) {
      context.fillStyle = palette.panel;
      context.fillRect(place.x, top, wide, TALL);
      context.fillStyle = palette.tone[tone];
      context.fillRect(place.x, top, 8 * hairline, TALL);
      context.fillStyle = palette.ink;
      const room = (wide - 16 * hairline) / (6.2 * hairline);
      const lines = linesOf(scene.title(box), room, 19 <= TALL * camera.zoom ? 2 : 1);
      // Two lines are a little smaller, or the underscores of one would touch the other.
      const small = Math.min(10, 0.44 * TALL * camera.zoom);
      context.font = `${(lines.length > 1 ? small : 11) * hairline}px ui-sans-serif, system-ui, sans-serif`;
      for (const [index, line] of lines.entries()) {
        const above = (lines.length - 1) / 2 - index;
        context.fillText(
          line,
          place.x + 13 * hairline,
          place.y + BOX_HEIGHT / 2 - above * 1.1 * small * hairline,
        );
      }
    } else {
      context.fillStyle = palette.tone[tone];
      context.fillRect(place.x, top, wide, TALL);
    }
    context.lineWidth = (box.id === active ? 3 : 1) * hairline;
    context.strokeStyle = box.id === active ? palette.accent : palette.line;
    context.strokeRect(place.x, top, wide, TALL);
  }
  context.globalAlpha = 1;
}

/** A name in as many lines as there is room for; it is parted where its words end. */
function linesOf(name: string, room: number, most: number): string[] {
  if (name.length <= room || most < 2) return [cut(name, room)];
  const end = name.lastIndexOf("_", room - 1) + 1;
  return end === 0 ? [cut(name, room)] : [name.slice(0, end), cut(name.slice(end), room)];
}

/** A name that fits: names begin alike, so that the end is what tells them apart. */
function cut(text: string, letters: number): string {
  if (text.length <= letters) return text;
  return `…${text.slice(-Math.max(3, Math.floor(letters) - 1))}`;
}
