import { expect, test } from "vitest";
import { cellAt, layOut } from "./confusionLayout";

test("short names lie level and numbers fit; many classes are drawn without", () => {
  const ten = layOut(10, 500, 420, 8, 24)!;
  expect(ten).toMatchObject({ upright: false, numbers: true, every: 1 });
  const hundred = layOut(100, 500, 420, 60, 24)!;
  expect(hundred).toMatchObject({ upright: true, numbers: false });
  expect(hundred.every).toBeGreaterThan(3);
});

test("all cells lie within the box, however many", () => {
  for (const size of [1, 2, 7, 40, 150, 1000]) {
    const { left, top, cell } = layOut(size, 460, 380, 70, 20)!;
    expect(left + size * cell).toBeLessThanOrEqual(460);
    expect(top + size * cell).toBeLessThanOrEqual(380);
  }
});

test("a box without room holds no matrix", () => {
  expect(layOut(10, 60, 40, 80, 20)).toBeNull();
});

test("a place is a cell, a name, or nothing", () => {
  const layout = layOut(3, 400, 400, 20, 20)!;
  const { left, top, cell } = layout;
  expect(cellAt(layout, 3, left + 1.5 * cell, top + 0.5 * cell)).toEqual({ row: 0, column: 1 });
  expect(cellAt(layout, 3, left - 4, top + 2.5 * cell)).toEqual({ row: 2, column: -1 });
  expect(cellAt(layout, 3, left + 0.5 * cell, top - 4)).toEqual({ row: -1, column: 0 });
  expect(cellAt(layout, 3, left - 4, top - 4)).toBeNull();
  expect(cellAt(layout, 3, left + 3.1 * cell, top)).toBeNull();
});
