import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PopulationMap } from "./populationMap";

let canvas: HTMLCanvasElement;
let overlay: HTMLDivElement;

beforeEach(() => {
  // jsdom draws nothing: what the map does without WebGL 2 is what is tested here.
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  canvas = document.createElement("canvas");
  overlay = document.createElement("div");
  Object.defineProperty(canvas, "clientWidth", { value: 400 });
  Object.defineProperty(canvas, "clientHeight", { value: 400 });
  document.body.append(canvas, overlay);
});

afterEach(() => vi.restoreAllMocks());

test("without WebGL 2 the map says so and what to do, and nothing throws", () => {
  const map = new PopulationMap(canvas, overlay);
  expect(overlay.querySelector("[role=alert]")?.textContent).toMatch(/no WebGL 2.*hardware acceleration/);
  map.setPositions(Float32Array.from([0, 1]), Float32Array.from([0, 1]));
  map.setColor({ kind: "continuous", values: new Float32Array(2), domain: [0, 1], ramp: ["#000", "#fff"] });
  map.setMask(Uint8Array.from([1]), "hide");
  map.setSelection(Uint32Array.from([1]));
  map.setTheme("dark");
  expect(map.stats()).toMatchObject({ webgl: false, rows: 2, placed: 2, matching: 1 });
  map.destroy();
  expect(overlay.children.length).toBe(0);
});

test("picking finds matching dots only, wherever the camera is", () => {
  const map = new PopulationMap(canvas, overlay);
  map.setPositions(Float32Array.from([0, 1, Number.NaN]), Float32Array.from([0, 1, 0]));
  map.camera = { x: 0.5, y: 0.5, zoom: 2 };
  const [x, y] = map.screenOf(1) as [number, number];
  expect(map.pick(x + 2, y)).toBe(1);
  expect(map.pick(x + 60, y)).toBeNull();
  map.setMask(Uint8Array.from([0b101]), "grey");
  expect(map.pick(x, y)).toBeNull();
  expect(map.screenOf(2)).toBeNull();
  map.destroy();
});

test("a lasso arrives as a polygon in map coordinates", () => {
  const map = new PopulationMap(canvas, overlay, { mode: "box" });
  map.setPositions(Float32Array.from([0, 1, 2]), Float32Array.from([0, 1, 2]));
  const seen: [number, number][][] = [];
  map.on("lasso", ({ polygon }) => seen.push(polygon));
  const send = (type: string, [x, y]: number[]) =>
    canvas.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y, pointerId: 1, button: 0 }));
  const [x0, y0] = map.screenOf(0) as [number, number];
  const [x1, y1] = map.screenOf(1) as [number, number];
  send("pointerdown", [x0 - 9, y0 + 9]);
  send("pointermove", [x1 + 9, y1 - 9]);
  send("pointerup", [x1 + 9, y1 - 9]);
  expect(seen.length).toBe(1);
  expect([...map.rowsInside(seen[0])]).toEqual([0, 1]);
  map.destroy();
});

test("hover tells the row and the place of its dot once", () => {
  const map = new PopulationMap(canvas, overlay);
  map.setPositions(Float32Array.from([0, 1]), Float32Array.from([0, 1]));
  const seen: unknown[] = [];
  map.on("hover", (event) => seen.push(event));
  const [x, y] = map.screenOf(0) as [number, number];
  for (const dx of [2, 1, 90]) {
    canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: x + dx, clientY: y, pointerType: "mouse" }));
  }
  expect(seen).toEqual([
    { row: 0, x, y },
    { row: null, x: x + 90, y },
  ]);
  const ring = overlay.querySelector("[data-testid=map-hover-ring]") as HTMLElement;
  expect(ring.style.display).toBe("none");
  map.setHovered(1);
  expect(ring.style.display).toBe("block");
  map.destroy();
});
