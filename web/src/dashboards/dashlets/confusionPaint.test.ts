import { expect, test } from "vitest";
import { shareInCell } from "./confusionPaint";

test("a share in a cell is short, and neither 0 nor 100 unless it is so", () => {
  expect([0, 0.0002, 0.034, 0.0996, 0.4567, 0.9963, 0.99999, 1].map(shareInCell)).toEqual(["", "<0.1", "3.4", "10", "46", "99.6", "99.9", "100"]);
});
