import { expect, test } from "vitest";
import { confusedPairs, orderOf, shareOf, strengths, totalsOf } from "./confusionCounts";

// Truth down, prediction across: 3 cats of which 1 is taken for a dog, 6 dogs of which 4 for foxes, 1 fox.
const matrix = [
  [2, 1, 0],
  [0, 2, 4],
  [0, 0, 1],
];

test("totals count what is true, what was predicted, and what was right", () => {
  expect(totalsOf(matrix)).toEqual({ rows: [3, 6, 1], columns: [2, 3, 5], all: 10, right: 5 });
});

test("classes come as the model counts them, by how many there are, or by how often they are mistaken", () => {
  expect(orderOf(matrix, "value")).toEqual([0, 1, 2]);
  expect(orderOf(matrix, "count")).toEqual([1, 0, 2]);
  expect(orderOf(matrix, "measure")).toEqual([1, 2, 0]);
});

test("a share is of what is true or of what was predicted", () => {
  const totals = totalsOf(matrix);
  expect(shareOf(4, 1, 2, totals, "row")).toBeCloseTo(4 / 6);
  expect(shareOf(4, 1, 2, totals, "column")).toBeCloseTo(4 / 5);
  expect(shareOf(0, 0, 0, totalsOf([[0]]), "row")).toBeNull();
});

test("pairs are mistakes, the most frequent first", () => {
  expect(confusedPairs(matrix, 5)).toEqual([
    { truth: 1, predicted: 2, count: 4, share: 4 / 6 },
    { truth: 0, predicted: 1, count: 1, share: 1 / 3 },
  ]);
  expect(confusedPairs(matrix, 1)).toHaveLength(1);
});

test("mistakes are coloured by the largest mistake, what is right by the largest of its kind", () => {
  const counts = strengths(matrix, null);
  expect(counts(1, 2)).toBe(1);
  expect(counts(0, 1)).toBe(0.5);
  expect(counts(0, 0)).toBe(1);
  expect(counts(0, 2)).toBe(0);
  expect(strengths(matrix, "row")(2, 2)).toBe(1);
});
