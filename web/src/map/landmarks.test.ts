import { expect, test } from "vitest";
import { landmarks, LARGE_FROM, NO_LANDMARKS, standing } from "./landmarks";
import { drawOrder } from "./order";
import { clumps, generator, pack } from "./testing";

const N = 8000;
const BOUNDS = { minX: -4, minY: -6, maxX: 20, maxY: 18 };

function given(mask: Uint8Array | null = null) {
  const random = generator(9);
  const at = clumps(N);
  const sizes = Uint8Array.from({ length: N }, () => Math.floor(random() ** 2 * 256));
  const order = drawOrder({ ...at, sizes, mask, hideFiltered: false, candidates: null });
  return { ...at, sizes, found: landmarks(order, at.x, at.y, sizes, BOUNDS) };
}

test("of a square the largest dot stands out, and no other", () => {
  const { x, y, sizes, found } = given();
  for (const across of [1, 8, 32, 100]) {
    const level = 2 ** Math.floor(Math.log2(across));
    const square = (row: number) =>
      `${Math.floor(((x[row] - BOUNDS.minX) * level) / 24)} ${Math.floor(((y[row] - BOUNDS.minY) * level) / 24)}`;
    const largest = new Map<string, number>();
    for (let row = 0; row < N; row++) {
      if (!Number.isFinite(x[row]) || sizes[row] < LARGE_FROM) continue;
      largest.set(square(row), Math.max(largest.get(square(row)) ?? 0, sizes[row]));
    }
    const rows = [...found.rows.subarray(0, standing(found, across))];
    expect(new Set(rows.map(square)).size).toBe(rows.length);
    expect(rows.length).toBe(largest.size);
    for (const row of rows) expect(sizes[row]).toBe(largest.get(square(row)));
  }
});

test("who looks closer sees more of them, and in the end every large dot", () => {
  const { x, sizes, found } = given();
  for (let i = 1; i < found.upTo.length; i++) expect(found.upTo[i]).toBeGreaterThanOrEqual(found.upTo[i - 1]);
  const large = [...sizes.keys()].filter((row) => Number.isFinite(x[row]) && sizes[row] >= LARGE_FROM);
  expect(standing(found, 2 ** 40)).toBe(large.length);
  expect([...found.rows].sort((a, b) => a - b)).toEqual(large);
});

test("filtered dots do not stand out, nor does any dot where sizes carry nothing", () => {
  const { found } = given(pack(Array.from({ length: N }, (_, row) => row % 2 === 0)));
  expect(found.rows.every((row) => row % 2 === 0)).toBe(true);
  const { x, y } = clumps(N);
  const order = drawOrder({ x, y, sizes: null, mask: null, hideFiltered: false, candidates: null });
  expect(landmarks(order, x, y, null, BOUNDS)).toBe(NO_LANDMARKS);
  expect(standing(NO_LANDMARKS, 50)).toBe(0);
});

test("dots at one place are all found, and a map without extent has landmarks too", () => {
  const x = new Float32Array(50);
  const sizes = new Uint8Array(50).fill(255);
  const order = drawOrder({ x, y: x, sizes, mask: null, hideFiltered: false, candidates: null });
  const found = landmarks(order, x, x, sizes, { minX: 0, minY: 0, maxX: 0, maxY: 0 });
  expect(standing(found, 1000)).toBe(1);
  expect(found.rows.length).toBe(50);
});
