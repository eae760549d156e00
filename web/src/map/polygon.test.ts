import { expect, test } from "vitest";
import { buildGridIndex } from "./grid";
import { contains, rowsInside, simplify } from "./polygon";
import { clumps, generator } from "./testing";
import type { Point } from "./types";

function blob(seed: number, corners: number): Point[] {
  const random = generator(seed);
  return Array.from({ length: corners }, (_, i) => {
    const angle = (i / corners) * 2 * Math.PI;
    const radius = 2 + 3 * random();
    return [6 + Math.cos(angle) * radius * 1.5, 1 + Math.sin(angle) * radius];
  });
}

/** A star drawn in one stroke, whose middle is outside by the even-odd rule. */
const STAR: Point[] = [0, 2, 4, 1, 3].map((k) => [6 + 7 * Math.sin((k * 2 * Math.PI) / 5), 1 + 7 * Math.cos((k * 2 * Math.PI) / 5)]);

test.each([
  ["a blob", blob(1, 60)],
  ["a ragged blob", blob(2, 400)],
  ["a triangle larger than the map", [[-900, -900], [900, -900], [0, 2000]] as Point[]],
  ["a box", [[1, -3], [9, -3], [9, 4], [1, 4]] as Point[]],
  ["a star", STAR],
  ["a sliver", [[0, 0], [14, 0.001], [0, 0.002]] as Point[]],
])("rows inside %s are those that a test of every dot finds", (_, polygon) => {
  const { x, y } = clumps(8000);
  const expected = [...x.keys()].filter((row) => contains(polygon, x[row], y[row]));
  const found = rowsInside(polygon, x, y, buildGridIndex(x, y));
  expect([...found]).toEqual(expected);
});

test("rows that are not accepted stay out", () => {
  const { x, y } = clumps(2000);
  const found = rowsInside(blob(1, 30), x, y, buildGridIndex(x, y), (row) => row % 2 === 0);
  expect(found.length).toBeGreaterThan(10);
  expect(found.every((row) => row % 2 === 0)).toBe(true);
});

test("the middle of a star is outside, its points are inside", () => {
  expect(contains(STAR, 6, 1)).toBe(false);
  expect(contains(STAR, 6, 7)).toBe(true);
});

test("simplifying keeps the ends, stays within the tolerance and below the limit", () => {
  const random = generator(9);
  const path: Point[] = Array.from({ length: 5000 }, (_, i) => {
    const angle = (i / 5000) * 2 * Math.PI;
    return [300 + 200 * Math.cos(angle) + random(), 300 + 200 * Math.sin(angle) + random()];
  });
  const kept = simplify(path, 2);
  expect(kept[0]).toEqual(path[0]);
  expect(kept.at(-1)).toEqual(path.at(-1));
  expect(kept.length).toBeLessThan(100);
  for (const [px, py] of path) {
    const distance = Math.min(...kept.slice(1).map((b, i) => toSegment(px, py, kept[i], b)));
    expect(distance).toBeLessThanOrEqual(2 + 1e-9);
  }
  expect(simplify(path, 0).length).toBeLessThanOrEqual(500);
  expect(simplify(path, 0, 40).length).toBeLessThanOrEqual(40);
});

test("points on one line become its ends", () => {
  const line: Point[] = Array.from({ length: 50 }, (_, i) => [i, 2 * i]);
  expect(simplify(line, 0.1)).toEqual([line[0], line[49]]);
});

function toSegment(px: number, py: number, a: Point, b: Point): number {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const t = Math.min(1, Math.max(0, ((px - a[0]) * dx + (py - a[1]) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(px - a[0] - t * dx, py - a[1] - t * dy);
}
