import { beforeEach, expect, test } from "vitest";
import { type GestureHandler, Gestures } from "./gestures";

let canvas: HTMLCanvasElement;
let gestures: Gestures;
let log: unknown[][];

beforeEach(() => {
  log = [];
  canvas = document.createElement("canvas");
  document.body.append(canvas);
  const names = ["pan", "zoom", "hover", "leave", "click", "outline", "outlined", "fit"] as const;
  const handler = Object.fromEntries(names.map((name) => [name, (...args: unknown[]) => log.push([name, ...args])]));
  gestures = new Gestures(canvas, handler as unknown as GestureHandler);
});

function pointer(type: string, x: number, y: number, more: PointerEventInit = {}) {
  canvas.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y, pointerId: 1, button: 0, bubbles: true, ...more }));
}

function drag(points: [number, number][], more: PointerEventInit = {}) {
  pointer("pointerdown", ...points[0], more);
  for (const point of points.slice(1)) pointer("pointermove", ...point, more);
  pointer("pointerup", ...(points.at(-1) as [number, number]), more);
}

/** Press a key; returns whether the map took it. */
function key(name: string, shiftKey = false): boolean {
  const event = new KeyboardEvent("keydown", { key: name, shiftKey, cancelable: true });
  canvas.dispatchEvent(event);
  return event.defaultPrevented;
}

const names = () => log.map(([name]) => name);

test("a press without a move is a click, with its keys", () => {
  drag([[10, 20], [12, 21]], { shiftKey: true, metaKey: true });
  expect(log).toEqual([["click", 10, 20, { shift: true, meta: true }]]);
});

test("a drag pans by what the hand moved", () => {
  drag([[10, 10], [30, 10], [35, 25]]);
  expect(log.filter(([name]) => name === "pan")).toEqual([["pan", 20, 0], ["pan", 5, 15]]);
  expect(names()).not.toContain("click");
});

test("shift-drag outlines a lasso, and shift then says nothing more", () => {
  drag([[0, 0], [50, 0], [50, 50], [0, 50]], { shiftKey: true });
  expect(log.at(-1)).toEqual(["outlined", [[0, 0], [50, 0], [50, 50], [0, 50]], { shift: false, meta: false }]);
});

test("in box mode a drag gives four corners, and shift means add", () => {
  gestures.mode = "box";
  drag([[10, 10], [40, 5], [60, 30]], { shiftKey: true });
  expect(log.at(-1)).toEqual(["outlined", [[10, 10], [60, 10], [60, 30], [10, 30]], { shift: true, meta: false }]);
});

test("escape gives a lasso up", () => {
  gestures.mode = "lasso";
  pointer("pointerdown", 0, 0);
  pointer("pointermove", 50, 0);
  canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  pointer("pointerup", 50, 0);
  expect(log.filter(([name]) => name === "outlined")).toEqual([["outlined", null, { shift: false, meta: false }]]);
});

test("two fingers zoom about their middle", () => {
  pointer("pointerdown", 100, 100, { pointerId: 1, pointerType: "touch" });
  pointer("pointerdown", 200, 100, { pointerId: 2, pointerType: "touch" });
  pointer("pointermove", 300, 100, { pointerId: 2, pointerType: "touch" });
  expect(log).toEqual([["pan", 50, 0], ["zoom", 2, 200, 100, false]]);
});

test("plus and minus zoom, 0 fits, shift with an arrow pans, arrows alone are left to the page", () => {
  expect([key("+"), key("-"), key("0"), key("ArrowLeft", true)]).toEqual([true, true, true, true]);
  expect(names()).toEqual(["zoom", "zoom", "fit", "pan"]);
  expect(key("ArrowLeft")).toBe(false);
});

test("a wheel turned towards the user zooms out", () => {
  canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: 100, cancelable: true }));
  expect(log[0][0]).toBe("zoom");
  expect(log[0][1]).toBeLessThan(1);
});

test("nothing is heard after destroy", () => {
  gestures.destroy();
  drag([[0, 0], [50, 50]]);
  expect(log).toEqual([]);
});
