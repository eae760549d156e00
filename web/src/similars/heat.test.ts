import { expect, it } from "vitest";
import { nextPortion, nextSize, shownMap } from "./heat";

const subsetOf = (row: number) => (row < 100 ? "training" : "test");

it("asks for rows of one subset at a time, the most similar first", () => {
  expect(nextPortion([7, 130, 3, 101, 9], subsetOf, 2)).toEqual([7, 3]);
  expect(nextPortion([130, 3, 101], subsetOf, 16)).toEqual([130, 101]);
});

it("asks for more while answers are quick, for less when they are slow", () => {
  expect([nextSize(4, 0.1), nextSize(16, 0.1), nextSize(4, 2), nextSize(1, 9)]).toEqual([8, 16, 2, 1]);
});

const map = (over: string, layer: string | null, shape: number[]) => ({
  row: 1,
  target: 0,
  over,
  layer,
  shape,
  values: btoa("\0".repeat(4 * shape.reduce((a, b) => a * b, 1))),
});

it("shows the map of all depths over a picture, before others", () => {
  const maps = [map("text", "fused", [9]), map("image", "a", [2, 2]), map("image", "fused", [4, 4]), map("image", "b", [3, 3])];
  expect(shownMap(maps)?.shape).toEqual([4, 4]);
  expect(shownMap(maps.slice(0, 2))?.shape).toEqual([2, 2]);
  expect(shownMap(maps.slice(0, 1))?.shape).toEqual([9]);
  expect(shownMap([map("volume", null, [2, 2, 2])])).toBeNull();
  expect(shownMap([])).toBeNull();
});

it("shows the deepest layer where there is none of all depths", () => {
  expect(shownMap([map("image", "early", [4, 4]), map("image", "late", [2, 2])])?.shape).toEqual([2, 2]);
});
