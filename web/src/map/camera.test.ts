import { expect, test } from "vitest";
import { between, Camera, splitDouble } from "./camera";

function camera(): Camera {
  const made = new Camera();
  made.resize(1000, 600);
  made.setBounds({ minX: -10, minY: 0, maxX: 30, maxY: 12 });
  made.state = made.fitState();
  return made;
}

test("a fitted map lies within the viewport, centred, with y upwards", () => {
  const view = camera();
  const [left, bottom] = view.toScreen(-10, 0);
  const [right, top] = view.toScreen(30, 12);
  expect(left).toBeGreaterThan(0);
  expect(right).toBeCloseTo(1000 - left, 9);
  expect(top).toBeGreaterThan(0);
  expect(bottom).toBeCloseTo(600 - top, 9);
  expect(bottom).toBeGreaterThan(top);
});

test("screen and map coordinates are inverse to each other at any zoom", () => {
  const view = camera();
  for (const zoom of [0.5, 1, 37, 2 ** 18]) {
    view.state = { x: 12.345678, y: 3.21, zoom };
    const [x, y] = view.toMap(137.25, 411.5);
    const [sx, sy] = view.toScreen(x, y);
    expect(sx).toBeCloseTo(137.25, 4);
    expect(sy).toBeCloseTo(411.5, 4);
  }
});

test("zooming keeps the point under the pointer in place, and stops at the limits", () => {
  const view = camera();
  const before = view.toMap(200, 100);
  view.zoomAt(13, 200, 100);
  const after = view.toMap(200, 100);
  expect(view.zoom).toBeCloseTo(13);
  expect(after[0]).toBeCloseTo(before[0], 9);
  expect(after[1]).toBeCloseTo(before[1], 9);
  view.zoomAt(1e12, 200, 100);
  expect(view.zoom).toBe(2 ** 18);
  expect(view.toMap(200, 100)[0]).toBeCloseTo(before[0], 6);
});

test("dragging moves the map with the hand", () => {
  const view = camera();
  const [x, y] = view.toMap(300, 300);
  view.panBy(50, -20);
  const [sx, sy] = view.toScreen(x, y);
  expect(sx).toBeCloseTo(350, 9);
  expect(sy).toBeCloseTo(280, 9);
});

test("a resize keeps the centre and shows as much of the map", () => {
  const view = camera();
  view.state = { x: 5, y: 5, zoom: 4 };
  view.resize(500, 300);
  expect(view.toScreen(5, 5)).toEqual([250, 150]);
  expect(view.state).toEqual({ x: 5, y: 5, zoom: 4 });
});

test("maps without extent have a finite scale", () => {
  const view = camera();
  view.setBounds({ minX: 3, minY: 4, maxX: 3, maxY: 4 });
  view.state = view.fitState();
  expect(view.toScreen(3, 4)).toEqual([500, 300]);
  expect(view.scale).toBeGreaterThan(0);
  expect(Number.isFinite(view.scale)).toBe(true);
});

test("a broken state from a link changes nothing", () => {
  const view = camera();
  const before = view.state;
  view.state = { x: Number.NaN, y: Infinity, zoom: -1 };
  expect(view.state).toEqual(before);
});

test("a part of the map fills the view", () => {
  const view = camera();
  view.state = view.stateFor({ minX: 2, minY: 2, maxX: 4, maxY: 3 });
  const seen = view.visible();
  expect(seen.minX).toBeLessThan(2);
  expect(seen.maxX).toBeGreaterThan(4);
  expect(seen.maxX - seen.minX).toBeLessThan(3);
});

test("a flight starts and ends exactly, and its goal never leaves the screen side it is on", () => {
  const from = { x: 0, y: 0, zoom: 1 };
  const to = { x: 7, y: -3, zoom: 50 };
  expect(between(from, to, 0)).toEqual(from);
  expect(between(from, to, 1)).toEqual(to);
  let last = Infinity;
  for (let t = 0; t <= 1; t += 0.1) {
    const at = between(from, to, t);
    const onScreen = (to.x - at.x) * at.zoom;
    expect(onScreen).toBeLessThanOrEqual(last + 1e-9);
    last = onScreen;
  }
});

test("two float32 parts hold a double to far below a pixel at the deepest zoom", () => {
  for (const value of [1234.567891234, -0.1, 1e-9, 7e5 + 1 / 3]) {
    const [high, low] = splitDouble(value);
    expect(Math.fround(high)).toBe(high);
    const error = Math.abs(high + Math.fround(low) - value);
    expect(error).toBeLessThanOrEqual(Math.abs(value) * 2 ** -47);
  }
});
