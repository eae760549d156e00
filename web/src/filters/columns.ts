/** A field's values for every row of a run, as the page holds them. */

export interface NumberColumn {
  type: "float" | "integer";
  values: Float32Array | Float64Array | Int32Array;
  /** One byte a row, 1 = has a value; null when only NaN marks what is missing. */
  valid: Uint8Array | null;
}

export interface BooleanColumn {
  type: "boolean";
  /** 0 false, 1 true, 2 missing. */
  values: Uint8Array;
}

export interface StringColumn {
  type: "string";
  /** Index into `dictionary`; -1 = missing. */
  codes: Int32Array;
  dictionary: string[];
}

export type Column = NumberColumn | BooleanColumn | StringColumn;

export function lengthOf(column: Column): number {
  return column.type === "string" ? column.codes.length : column.values.length;
}

/** The value of a row; null = missing. */
export function valueAt(column: Column, row: number): string | number | boolean | null {
  if (column.type === "string") {
    const code = column.codes[row];
    return code === undefined || code < 0 ? null : column.dictionary[code];
  }
  const value = column.values[row];
  if (column.type === "boolean") return value === undefined || value > 1 ? null : value === 1;
  if (value === undefined || Number.isNaN(value) || (column.valid && !column.valid[row])) return null;
  return value;
}

/** The memory a column holds, in bytes, without the dictionary's texts. */
export function bytesOf(column: Column): number {
  return column.type === "string" ? column.codes.byteLength : column.values.byteLength;
}
