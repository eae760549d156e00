import { expect, test } from "vitest";
import { placed, shareOf, turned } from "./sorting";

test("clicks on a heading go through three states", () => {
  const first = turned(null, "loss");
  expect(first).toEqual({ field: "loss", descending: true });
  const second = turned(first, "loss");
  expect(second).toEqual({ field: "loss", descending: false });
  expect(turned(second, "loss")).toBeNull();
  expect(turned(second, "label")).toEqual({ field: "label", descending: true });
});

test("a column moves to a place and no further than the ends", () => {
  expect(placed(["a", "b", "c"], "a", 1)).toEqual(["b", "a", "c"]);
  expect(placed(["a", "b", "c"], "c", 0)).toEqual(["c", "a", "b"]);
  expect(placed(["a", "b", "c"], "c", 9)).toEqual(["a", "b", "c"]);
  expect(placed(["a", "b", "c"], "a", -1)).toEqual(["a", "b", "c"]);
});

test("a bar fills its share between the ends, and what lies beyond fills it whole", () => {
  expect(shareOf(0.5, [0, 2])).toBe(0.25);
  expect(shareOf(7, [0, 2])).toBe(1);
  expect(shareOf(-1, [0, 2])).toBe(0);
  expect(shareOf(3, [3, 3])).toBe(0);
});
