import { expect, test } from "vitest";
import { buildGridIndex, CROWD_OCTAVES, crowdingUnder, GridIndexBuilder } from "./grid";
import { clumps, generator, pack } from "./testing";

/** Every seventh row cannot be picked, every fifth from afar. */
function reachOf(row: number): number {
  return row % 7 === 0 ? -1 : row % 5 === 0 ? 0.6 : 0.15;
}

function nearestByScan(x: Float32Array, y: Float32Array, px: number, py: number) {
  let best: number | null = null;
  let distance = Infinity;
  for (let row = 0; row < x.length; row++) {
    const d = Math.hypot(x[row] - px, y[row] - py);
    if (d <= reachOf(row) && d < distance) {
      best = row;
      distance = d;
    }
  }
  return { best, distance };
}

test("the nearest dot is the one a scan of all dots finds", () => {
  const { x, y } = clumps(5000);
  const grid = buildGridIndex(x, y);
  const random = generator(3);
  let hits = 0;
  for (let i = 0; i < 500; i++) {
    const px = random() * 20 - 2;
    const py = random() * 16 - 7;
    const { best, distance } = nearestByScan(x, y, px, py);
    const found = grid.nearest(px, py, 0.6, reachOf);
    if (best === null) expect(found).toBeNull();
    else {
      hits++;
      expect(Math.hypot(x[found as number] - px, y[found as number] - py)).toBeCloseTo(distance, 6);
      expect((found as number) % 7).not.toBe(0);
    }
  }
  expect(hits).toBeGreaterThan(100);
});

test("every placed row is in the grid once, and rows without a place are not", () => {
  const { x, y } = clumps(3000);
  const grid = buildGridIndex(x, y);
  const placed = [...x.keys()].filter((row) => Number.isFinite(x[row]) && Number.isFinite(y[row]));
  expect([...grid.rows].sort((a, b) => a - b)).toEqual(placed);
});

test("a part of the map gives all its rows, outliers too", () => {
  const { x, y } = clumps(3000);
  const grid = buildGridIndex(x, y);
  for (const part of [
    { minX: 2, minY: 1, maxX: 5, maxY: 6 },
    { minX: -1000, minY: 100, maxX: 1000, maxY: 1000 },
  ]) {
    const rows = new Set(grid.rowsIn(part));
    expect(rows.size).toBe(grid.countIn(part));
    for (let row = 0; row < x.length; row++) {
      const inside = x[row] >= part.minX && x[row] <= part.maxX && y[row] >= part.minY && y[row] <= part.maxY;
      if (inside) expect(rows.has(row)).toBe(true);
    }
  }
});

test("built a little at a time it is the same index", () => {
  const { x, y } = clumps(60_000);
  const builder = new GridIndexBuilder(x, y);
  let steps = 0;
  let made = builder.step(0);
  for (; made === null; made = builder.step(0)) steps++;
  expect(steps).toBeGreaterThan(3);
  expect(made.rows).toEqual(buildGridIndex(x, y).rows);
});

test("crowding tells dense from sparse places, and a lone dot is not crowded by itself", () => {
  const n = 4001;
  const random = generator(5);
  const x = new Float32Array(n).map((_, i) => (i < 2000 ? random() * 0.1 : 1 + random()));
  const y = new Float32Array(n).map((_, i) => (i < 2000 ? random() * 0.1 : random()));
  x[n - 1] = 0.5;
  y[n - 1] = 0.5;
  const { crowd } = buildGridIndex(x, y);
  const mean = (from: number, to: number) => crowd.subarray(from, to).reduce((a, b) => a + b, 0) / (to - from);
  expect(mean(0, 2000)).toBeGreaterThan(mean(2000, 4000) + 40);
  expect(crowd[n - 1]).toBeLessThan(mean(2000, 4000));
});

test.each([0, 1, 2])("works with %i dots", (n) => {
  const x = new Float32Array(n).fill(4);
  const y = new Float32Array(n).fill(-2);
  const grid = buildGridIndex(x, y);
  expect(grid.rows.length).toBe(n);
  const found = grid.nearest(4, -2, 0.5, () => 0.5);
  if (n === 0) expect(found).toBeNull();
  else expect(found).toBeLessThan(n);
});

test("many dots of which all but one share a place still build and pick", () => {
  const n = 200_000;
  const x = new Float32Array(n);
  const y = new Float32Array(n);
  x[0] = 1e6;
  const grid = buildGridIndex(x, y);
  expect(grid.nearest(1e6, 0, 1, () => 1)).toBe(0);
  expect(grid.nearest(0, 0, 1, () => 1)).not.toBeNull();
});

function meanDensity({ crowd, maxDensity }: { crowd: Uint8Array; maxDensity: number }, first: number, step: number): number {
  let sum = 0;
  let count = 0;
  for (let row = first; row < crowd.length; row += step, count++) sum += maxDensity * 2 ** (CROWD_OCTAVES * (crowd[row] / 255 - 1));
  return sum / count;
}

test("under a mask a dot is crowded by dots of its kind alone", () => {
  const random = generator(12);
  const x = Float32Array.from({ length: 5000 }, () => random());
  const y = Float32Array.from({ length: 5000 }, () => random());
  const mask = pack(Array.from({ length: 5000 }, (_, row) => row % 50 === 0));
  const grid = buildGridIndex(x, y);
  const parted = crowdingUnder(mask, x, y, grid.span);
  const all = meanDensity(grid, 0, 1);
  expect(meanDensity(parted, 1, 50)).toBeGreaterThan(all * 0.85);
  expect(meanDensity(parted, 0, 50)).toBeLessThan(all * 0.2);
});
