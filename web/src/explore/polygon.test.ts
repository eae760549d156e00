import { expect, it } from "vitest";
import { simplify } from "./polygon";
import type { Point } from "./view";

it("keeps the shape of a hand-drawn circle with few corners", () => {
  const circle = Array.from({ length: 900 }, (_, at): Point => [3 * Math.cos((at / 450) * Math.PI), 3 * Math.sin((at / 450) * Math.PI)]);
  const corners = simplify(circle);
  expect(corners.length).toBeLessThanOrEqual(120);
  expect(corners.length).toBeGreaterThan(24);
  for (const [x, y] of corners) expect(Math.hypot(x, y)).toBeCloseTo(3, 2);
});

it("leaves a triangle alone", () => {
  const triangle: Point[] = [[0, 0], [1, 0], [0, 1]];
  expect(simplify(triangle)).toEqual(triangle);
});
