import { expect, test } from "vitest";
import { chanceOf, shapeOf, shareOf } from "./words";

test("the shape is said with its direction", () => {
  expect(shapeOf({ shape: "rising", effect: 1.234, value: null }, "loss")).toBe("loss rises with it, by 1.2 sd");
  expect(shapeOf({ shape: "falling", effect: -0.5, value: null }, "loss")).toBe("loss falls with it, by 0.5 sd");
  expect(shapeOf({ shape: "groups", effect: -2, value: "cat" }, "loss")).toBe("loss of cat is 2 sd below the rest");
  expect(shapeOf({ shape: "groups", effect: 0, value: null }, "loss")).toBe("loss differs between its values");
});

test("a p-value is never said to be less than the shuffles can show", () => {
  expect(chanceOf(0.002, 499)).toBe("p ≤ 0.002");
  expect(chanceOf(0.08, 499)).toBe("p = 0.08");
});

test("no information is said so", () => {
  expect(shareOf(0)).toBe("nothing");
  expect(shareOf(0.155)).toBe("16 %");
});
