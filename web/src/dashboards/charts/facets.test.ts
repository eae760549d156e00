import { describe, expect, it } from "vitest";
import { layCells } from "./facets";

const margins = { left: 40, right: 10, top: 20, bottom: 30 };
const title = (column: number | null, row: number | null) => `${column} ${row}`;

describe("small multiples", () => {
  it("are the whole room where nothing is split", () => {
    const { cells, dropped } = layCells({ width: 400, height: 300 }, margins, [null], [null], title);
    expect(dropped).toBe(0);
    expect(cells).toEqual([{ left: 40, top: 20, width: 350, height: 250, columns: null, rows: null, title: "", atLeft: true, atBottom: true }]);
  });

  it("wrap where only one facet is split, and stay inside", () => {
    const { cells } = layCells({ width: 600, height: 400 }, margins, [0, 1, 2, 3, 4, 5], [null], title);
    expect(cells).toHaveLength(6);
    expect(cells.every(({ left, width, top, height }) => left + width <= 590.01 && top + height <= 370.01 && left >= 40 && top >= 20)).toBe(true);
    expect(new Set(cells.map(({ top }) => top)).size).toBe(2);
    expect(cells.filter(({ atBottom }) => atBottom)).toHaveLength(3);
  });

  it("make a table of two facets", () => {
    const { cells } = layCells({ width: 600, height: 400 }, margins, [0, 1, 2], [7, 8], title);
    expect(cells.map(({ columns, rows }) => [columns, rows])).toEqual([[0, 7], [1, 7], [2, 7], [0, 8], [1, 8], [2, 8]]);
    expect(cells.filter(({ atLeft }) => atLeft)).toHaveLength(2);
  });

  it("count what finds no room", () => {
    const { cells, dropped } = layCells({ width: 200, height: 150 }, margins, Array.from({ length: 40 }, (_, at) => at), [null], title);
    expect(cells.length + dropped).toBe(40);
    expect(dropped).toBeGreaterThan(0);
    expect(cells.every(({ width, height }) => width >= 40 && height >= 30)).toBe(true);
  });
});
