import type { Layout } from "@/lib/grid-layout";
import { EMPTY, type Grid } from "@/lib/health";
import { has, type Ranges } from "@/lib/ranges";
import { STANDING, TONE, type Tone } from "@/lib/states";

export interface Palette {
  tone: (tone: Tone) => string;
  glyph: (tone: Tone) => string;
  line: string;
  strong: string;
  focus: string;
  panel: string;
}

/** The colours of the theme, read from the document. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim() || "#888";
  return {
    tone: (tone) => value(TONE[tone].fill),
    glyph: (tone) => value(TONE[tone].glyph),
    line: value("--line"),
    strong: value("--line-strong"),
    focus: value("--focus"),
    panel: value("--panel"),
  };
}

export interface CellSize {
  width: number;
  height: number;
}

/** A picture of a cell for each state, drawn once: copying one is a tenth of drawing it. */
export function makeTiles(grid: Grid, palette: Palette, cell: CellSize, ratio: number): HTMLCanvasElement[] {
  return grid.states.map((standing) => {
    const { tone, glyph } = STANDING[standing];
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round((cell.width - 1) * ratio));
    canvas.height = Math.max(1, Math.round((cell.height - 1) * ratio));
    const cx = canvas.getContext("2d");
    if (!cx) return canvas;
    cx.fillStyle = palette.tone(tone);
    cx.fillRect(0, 0, canvas.width, canvas.height);
    if (tone === "missing") hatch(cx, palette, ratio);
    const size = Math.min(cell.height - 4, cell.width - 2, 13);
    // What is healthy needs no glyph: the eye should find what is not.
    if (10 <= size && tone !== "fresh") {
      cx.fillStyle = palette.glyph(tone);
      cx.font = `600 ${size * ratio}px ui-sans-serif, system-ui, sans-serif`;
      cx.textAlign = "center";
      cx.textBaseline = "middle";
      cx.fillText(glyph, canvas.width / 2, canvas.height / 2 + ratio * 0.5);
    }
    return canvas;
  });
}

function hatch(cx: CanvasRenderingContext2D, palette: Palette, ratio: number): void {
  const { width, height } = cx.canvas;
  cx.strokeStyle = palette.line;
  cx.lineWidth = ratio;
  cx.beginPath();
  for (let x = -height; x < width; x += 5 * ratio) {
    cx.moveTo(x, height);
    cx.lineTo(x + height, 0);
  }
  cx.stroke();
  cx.strokeStyle = palette.strong;
  cx.strokeRect(ratio / 2, ratio / 2, width - ratio, height - ratio);
}

export interface Scene {
  grid: Grid;
  layout: Layout;
  /** The series of a row; in a calendar all rows show the same one. */
  seriesOf: (row: number) => number;
  rangesOf: (series: number) => Ranges;
  tiles: HTMLCanvasElement[];
  palette: Palette;
  cell: CellSize;
  ratio: number;
  view: { left: number; top: number; width: number; height: number };
  /** By state: whether it stands out. */
  shown: (state: number) => boolean;
  active: { row: number; col: number } | null;
  open: { row: number; col: number } | null;
}

/** Draws what can be seen and nothing else. */
export function paint(cx: CanvasRenderingContext2D, scene: Scene): void {
  const { grid, layout, cell, ratio, view, tiles, palette } = scene;
  cx.setTransform(ratio, 0, 0, ratio, 0, 0);
  cx.clearRect(0, 0, view.width, view.height);
  const rows = span(view.top, view.height, cell.height, layout.rows);
  const cols = span(view.left, view.width, cell.width, layout.cols);
  const marked: [number, number][] = [];
  for (let row = rows.from; row < rows.to; row += 1) {
    const at = scene.seriesOf(row);
    const series = grid.series[at];
    if (!series) continue;
    const ranges = scene.rangesOf(at);
    const y = row * cell.height - view.top;
    for (let col = cols.from; col < cols.to; col += 1) {
      const ordinal = layout.at(row, col);
      if (ordinal === null) continue;
      const state = series.cells[Math.floor((ordinal - series.first) / grid.width)] ?? EMPTY;
      const tile = tiles[state];
      const x = col * cell.width - view.left;
      if (tile) {
        cx.globalAlpha = scene.shown(state) ? 1 : 0.18;
        cx.drawImage(tile, x, y, cell.width - 1, cell.height - 1);
      }
      if (ranges.length > 0 && has(ranges, ordinal)) marked.push([x, y]);
    }
  }
  cx.globalAlpha = 1;
  outline(cx, marked, cell, palette);
  if (scene.open) ring(cx, scene, scene.open, palette.strong, 2);
  if (scene.active) ring(cx, scene, scene.active, palette.focus, 2);
}

function span(from: number, length: number, each: number, most: number): { from: number; to: number } {
  return {
    from: Math.max(0, Math.floor(from / each)),
    to: Math.min(most, Math.ceil((from + length) / each)),
  };
}

// A light and a dark line, so that it shows on every state in both themes.
function outline(
  cx: CanvasRenderingContext2D,
  cells: [number, number][],
  cell: CellSize,
  palette: Palette,
): void {
  if (cells.length === 0) return;
  const width = cell.width - 1;
  const height = cell.height - 1;
  cx.lineWidth = 2;
  cx.strokeStyle = palette.focus;
  cx.beginPath();
  for (const [x, y] of cells) cx.rect(x + 1, y + 1, width - 2, height - 2);
  cx.stroke();
  cx.lineWidth = 1;
  cx.strokeStyle = palette.panel;
  cx.beginPath();
  for (const [x, y] of cells) cx.rect(x + 2.5, y + 2.5, width - 5, height - 5);
  cx.stroke();
}

function ring(
  cx: CanvasRenderingContext2D,
  { cell, view, palette }: Scene,
  { row, col }: { row: number; col: number },
  color: string,
  width: number,
): void {
  const x = col * cell.width - view.left;
  const y = row * cell.height - view.top;
  cx.lineWidth = width + 2;
  cx.strokeStyle = palette.panel;
  cx.strokeRect(x - 1, y - 1, cell.width + 1, cell.height + 1);
  cx.lineWidth = width;
  cx.strokeStyle = color;
  cx.strokeRect(x - 1, y - 1, cell.width + 1, cell.height + 1);
}
