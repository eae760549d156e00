import { bool, columnFromArray, dictionary, float32, int32, tableFromColumns, tableToIPC, utf8 } from "@uwdata/flechette";
import { expect, it } from "vitest";
import { valueAt } from "../filters/columns";
import { decodeColumn } from "./arrow";
import type { FieldType } from "./types";

function stream(values: unknown[], type: unknown): Uint8Array {
  return tableToIPC(tableFromColumns({ x: columnFromArray(values as number[], type as never) }), { format: "stream" }) as Uint8Array;
}

it.each<[FieldType, unknown, unknown[]]>([
  ["float", float32(), [0.5, null, -2]],
  ["integer", int32(), [3, null, -7]],
  ["boolean", bool(), [true, null, false]],
  ["string", dictionary(utf8(), int32()), ["b", null, "a", "b"]],
  ["string", utf8(), ["plain", null, ""]],
])("decodes %s columns, missing values too", (field, type, values) => {
  const column = decodeColumn(stream(values, type), field);
  expect(column.type).toBe(field);
  expect(values.map((_, row) => valueAt(column, row))).toEqual(values);
});

it("keeps float32 as it is, NaN as missing", () => {
  const column = decodeColumn(stream([0.1, Number.NaN], float32()), "float");
  expect(column.type === "float" && column.values).toBeInstanceOf(Float32Array);
  expect(valueAt(column, 0)).toBe(Math.fround(0.1));
  expect(valueAt(column, 1)).toBeNull();
});
