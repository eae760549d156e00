import { expect, it } from "vitest";
import { alongCurves, asRows, excerpt, oneByOne, overlaySize, read, slicesOf } from "./laying";

const grid = (shape: number[], values: number[]) => ({ shape, values: Float32Array.from(values) });

it("draws over a picture with its own pixels, unless they are too many", () => {
  expect(overlaySize(28, 20)).toEqual({ width: 28, height: 20 });
  expect(overlaySize(4000, 1000, 1_000_000)).toEqual({ width: 2000, height: 500 });
  expect(overlaySize(1, 4_000_000, 1_000_000)).toEqual({ width: 1, height: 2_000_000 });
});

it("reads one side of a signed map", () => {
  const map = grid([3], [1, -2, 0]);
  expect([...read(map, "raises").values]).toEqual([1, 0, 0]);
  expect([...read(map, "lowers").values]).toEqual([0, -2, 0]);
  expect(read(map, "whole")).toBe(map);
});

it("draws one axis as one row, and no volume", () => {
  expect(asRows(grid([2], [1, 2]))?.shape).toEqual([1, 2]);
  expect(asRows(grid([1, 2], [1, 2]))?.shape).toEqual([1, 2]);
  expect(asRows(grid([1, 1, 2], [1, 2]))).toBeNull();
});

it("gives each token its heat, enlarged as pictures are", () => {
  expect(oneByOne(grid([4], [0, 1, 2, 3]), 4, null)).toEqual([0, 1, 2, 3]);
  expect(oneByOne(grid([2], [0, 1]), 4, 4)).toEqual([0, 0.25, 0.75, 1]);
});

it("gives no token a heat that may be another's", () => {
  expect(oneByOne(grid([4], [0, 1, 2, 3]), 3, 4)).toBeNull();
  expect(oneByOne(grid([2], [0, 1]), 4, null)).toBeNull();
  expect(oneByOne(grid([2, 2], [0, 1, 2, 3]), 2, null)).toBeNull();
});

it("lays a map of time along every curve", () => {
  expect(alongCurves(grid([2], [0, 1]), 2, 4)).toEqual([
    [0, 0.25, 0.75, 1],
    [0, 0.25, 0.75, 1],
  ]);
});

it("lays a map of time and channels along each curve by itself, whichever comes first", () => {
  const expected = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  expect(alongCurves(grid([3, 2], [1, 4, 2, 5, 3, 6]), 2, 3)).toEqual(expected);
  expect(alongCurves(grid([2, 3], [1, 2, 3, 4, 5, 6]), 2, 3)).toEqual(expected);
  expect(alongCurves(grid([3, 2], [1, 4, 2, 5, 3, 6]), 1, 3)).toEqual([[2.5, 3.5, 4.5]]);
});

it("cuts a volume into slices along its first axis, spread over all of them", () => {
  const volume = grid([4, 1, 2], [0, 1, 2, 3, 4, 5, 6, 7]);
  expect(slicesOf(volume, 12).map(({ at, plane }) => [at, plane.shape, [...plane.values]])).toEqual([
    [0, [1, 2], [0, 1]],
    [1, [1, 2], [2, 3]],
    [2, [1, 2], [4, 5]],
    [3, [1, 2], [6, 7]],
  ]);
  expect(slicesOf(volume, 2).map(({ at }) => at)).toEqual([1, 3]);
  expect(slicesOf(grid([2, 2], [0, 0, 0, 0]), 2)).toEqual([]);
});

it("shows of a long text where most of its heat is, else its beginning", () => {
  expect(excerpt([0, 0, 1, -3, 0, 0], 2)).toEqual([2, 4]);
  expect(excerpt([0, 0, 0], 2)).toEqual([0, 2]);
  expect(excerpt([1], 5)).toEqual([0, 1]);
  expect(excerpt([], 5)).toEqual([0, 0]);
});
