import { expect, test } from "vitest";
import { extended, toggled } from "./picking";

const order = Uint32Array.from([40, 10, 30, 20, 50]);

test("a row is taken in and out again; beyond the most the oldest goes", () => {
  expect(toggled([1, 2], 3, 10)).toEqual([1, 2, 3]);
  expect(toggled([1, 2, 3], 2, 10)).toEqual([1, 3]);
  expect(toggled([1, 2], 3, 2)).toEqual([2, 3]);
});

test("a range holds the lines between, whichever way it was drawn", () => {
  expect(extended([], order, 1, 3, 10)).toEqual([10, 30, 20]);
  expect(extended([], order, 3, 1, 10)).toEqual([10, 30, 20]);
});

test("a range adds to what was picked, naming no row twice", () => {
  expect(extended([30, 99], order, 1, 2, 10)).toEqual([99, 10, 30]);
});

test("a range too long keeps the lines next to where it began", () => {
  expect(extended([], order, 0, 4, 2)).toEqual([40, 10]);
  expect(extended([], order, 4, 0, 2)).toEqual([20, 50]);
});
