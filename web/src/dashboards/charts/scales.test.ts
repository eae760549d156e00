import { describe, expect, it } from "vitest";
import { extent, fit, roundStep } from "./scales";

describe("an axis", () => {
  it.each([
    [[3, 7, null], true, { min: 0, max: 8, interval: 2 }],
    [[0.011, 0.0393], true, { min: 0, max: 0.04, interval: 0.01 }],
    [[-3, 5], true, { min: -4, max: 6, interval: 2 }],
    [[103, 107], false, { min: 103, max: 107, interval: 1 }],
    [[], true, { min: 0, max: 1, interval: 0.25 }],
    [[null], false, { min: 0, max: 1, interval: 0.5 }],
    [[Infinity, 2], true, { min: 0, max: 2, interval: 0.5 }],
  ] as const)("of %j ends at round numbers", (values, zero, expected) => {
    expect(extent(values, zero)).toEqual(expected);
  });

  it("has room where all values are one", () => {
    const { min, max } = extent([5, 5], false);
    expect(min).toBeLessThan(5);
    expect(max).toBeGreaterThan(5);
    expect(extent([5], true)).toMatchObject({ min: 0, max: 6 });
  });
});

it.each([
  [0.3, 0.5],
  [1, 1],
  [1.1, 2],
  [2.2, 2.5],
  [70, 100],
  [0.000012, 0.00002],
])("the round step above %d is %d", (least, step) => {
  expect(roundStep(least)).toBe(step);
});

it("shortens a text that does not fit", () => {
  expect(fit("training", 100)).toBe("training");
  expect(fit("a very long name of a class", 60)).toBe("a very lo…");
});
