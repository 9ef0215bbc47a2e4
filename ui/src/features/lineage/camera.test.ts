import { describe, expect, it } from "vitest";
import { bounds, fitInto, hit, reveal, windowOf, ZOOM_MAX, ZOOM_MIN, zoomAt } from "./camera";
import { NODE_WIDTH } from "./layout";

const BOX = { width: NODE_WIDTH, height: 60 };

const view = { width: 1000, height: 600 };

describe("the camera", () => {
  it("fits a picture into the view, in the middle, and never larger than life", () => {
    const camera = fitInto({ width: 5000, height: 1000 }, { x: -100, y: 50 }, view);
    const seen = windowOf(camera, view);
    expect(seen.left).toBeLessThan(-100);
    expect(seen.right).toBeGreaterThan(4900);
    expect(fitInto({ width: 10, height: 10 }, { x: 0, y: 0 }, view).zoom).toBe(1);
  });

  it("zooms about the pointer", () => {
    const point = { x: 300, y: 200 };
    const before = { x: 20, y: 10, zoom: 0.5 };
    const after = zoomAt(before, 1.5, point);
    const under = (camera: typeof before) => (point.x - camera.x) / camera.zoom;
    expect(under(after)).toBeCloseTo(under(before));
    expect(zoomAt(before, 1000, point).zoom).toBe(ZOOM_MAX);
    expect(zoomAt(before, 0.0001, point).zoom).toBe(ZOOM_MIN);
  });

  it("moves no more than it must to show a box", () => {
    const camera = { x: 0, y: 0, zoom: 1 };
    expect(reveal(camera, { x: 100, y: 100 }, BOX, view)).toBe(camera);
    expect(reveal(camera, { x: 1000, y: 100 }, BOX, view)).toEqual({
      ...camera,
      x: 1000 - 40 - 1000 - NODE_WIDTH,
    });
  });

  it("knows what is under a pointer, and gives a small box some room", () => {
    const places = { a: { x: 0, y: 0 }, b: { x: 0, y: 100 } };
    expect(hit({ x: 0, y: 0, zoom: 1 }, { x: 10, y: 110 }, places, BOX)).toBe("b");
    expect(hit({ x: 0, y: 0, zoom: 1 }, { x: 10, y: 80 }, places, BOX)).toBeNull();
    expect(hit({ x: 0, y: 0, zoom: 0.1 }, { x: 1, y: -1 }, places, BOX)).toBe("a");
  });

  it("has empty bounds for nothing", () => {
    expect(bounds({}, BOX)).toEqual({ x: 0, y: 0, width: 0, height: 0 });
    expect(bounds({ a: { x: -5, y: 7 } }, BOX)).toEqual({ x: -5, y: 7, width: NODE_WIDTH, height: 60 });
  });
});
