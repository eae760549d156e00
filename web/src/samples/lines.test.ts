import { expect, test } from "vitest";
import { boxHeight, moved, revealing, TALLEST, topFor } from "./lines";

const short = { lines: 3_000, view: 600 };
const long = { lines: 30_000_000, view: 600 };

test("a list that fits its box scrolls as any other", () => {
  expect(boxHeight(short.lines)).toBe(3_000);
  expect(moved({ top: 0, offset: 0 }, 1_234, short)).toEqual({ top: 1_234, offset: 1_234 });
  expect(topFor(1_234, short)).toBe(1_234);
});

test("a long list moves pixel by pixel under the wheel", () => {
  expect(boxHeight(long.lines)).toBe(TALLEST);
  const here = { top: 4_000_000, offset: 15_000_000 };
  expect(moved(here, 4_000_100, long).offset).toBe(15_000_100);
  expect(moved(here, 3_999_900, long).offset).toBe(14_999_900);
});

test("a leap of the scroll bar is a leap in proportion, and both ends are reached", () => {
  const start = { top: 0, offset: 0 };
  const middle = moved(start, (TALLEST - long.view) / 2, long);
  expect(middle.offset).toBeCloseTo((long.lines - long.view) / 2, 0);
  expect(moved(middle, TALLEST - long.view, long).offset).toBe(long.lines - long.view);
  expect(moved(middle, 0, long).offset).toBe(0);
});

test("at rest the bar stands where the lines are, and moving it there moves no line", () => {
  let at = { top: 4_000_000, offset: 15_000_000 };
  for (let step = 1; step <= 50; step++) at = moved(at, at.top + 120, long);
  expect(at.offset).toBe(15_006_000);
  const top = topFor(at.offset, long);
  expect(moved({ top: 0, offset: 0 }, top, long).offset).toBeCloseTo(at.offset, 0);
});

test("a line is brought into sight by the shortest way", () => {
  expect(revealing(10, 30, 0, 600)).toBe(0);
  expect(revealing(25, 30, 0, 600)).toBe(180);
  expect(revealing(2, 30, 300, 600)).toBe(60);
});
