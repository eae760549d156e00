import { expect, it } from "vitest";
import { sortRows } from "./order";

const rows = Uint32Array.of(0, 1, 2, 3, 4);

it("sorts numbers either way, missing last, ties in row order", () => {
  const column = { type: "float" as const, valid: null, values: Float32Array.of(2, Number.NaN, 1, 2, 3) };
  expect([...sortRows(rows, column, false)]).toEqual([2, 0, 3, 4, 1]);
  expect([...sortRows(rows, column, true)]).toEqual([4, 0, 3, 2, 1]);
});

it("sorts texts by what they say, not by their codes", () => {
  const column = { type: "string" as const, dictionary: ["b", "a", "10", "9"], codes: Int32Array.of(0, 1, 2, 3, -1) };
  expect([...sortRows(rows, column, false)]).toEqual([3, 2, 1, 0, 4]);
});

it("keeps row order without a field", () => {
  expect([...sortRows(rows, null, false)]).toEqual([0, 1, 2, 3, 4]);
});
