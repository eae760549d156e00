/** Arrow IPC answers as the page's columns, without a step per value where a buffer can be taken whole. */
import { tableFromIPC } from "@uwdata/flechette";
import type { Column } from "../filters/columns";
import type { FieldType } from "./types";

interface ArrowBatch {
  length: number;
  nullCount: number;
  validity: Uint8Array;
  values: ArrayLike<number>;
  /** Of dictionary batches. */
  dictionary?: { cache(): ArrayLike<string> };
  at(index: number): unknown;
}

/** Decode the stream of one column. */
export function decodeColumn(bytes: Uint8Array, type: FieldType): Column {
  const column = tableFromIPC(bytes).getChildAt(0);
  const batches = column.data as unknown as ArrowBatch[];
  if (type === "string") return strings(batches, column.length);
  if (type === "boolean") return booleans(batches, column.length);
  return numbers(batches, column.length, type);
}

function present(batch: ArrowBatch, row: number): boolean {
  return batch.nullCount === 0 || ((batch.validity[row >> 3] >> (row & 7)) & 1) === 1;
}

function numbers(batches: ArrowBatch[], rows: number, type: "float" | "integer"): Column {
  const values = roomFor(batches, rows);
  const missing = batches.some((batch) => batch.nullCount > 0);
  const valid = missing && type === "integer" ? new Uint8Array(rows).fill(1) : null;
  let start = 0;
  for (const batch of batches) {
    if (batch.values instanceof BigInt64Array)
      for (let row = 0; row < batch.length; row++) values[start + row] = Number(batch.values[row]);
    else values.set((batch.values as Float64Array).subarray(0, batch.length), start);
    if (batch.nullCount > 0)
      for (let row = 0; row < batch.length; row++)
        if (!present(batch, row)) {
          if (valid) valid[start + row] = 0;
          values[start + row] = valid ? 0 : Number.NaN;
        }
    start += batch.length;
  }
  return { type, values, valid };
}

function roomFor(batches: ArrowBatch[], rows: number): Float32Array | Float64Array | Int32Array {
  const every = (kind: { new (length: number): object }) => batches.every((batch) => batch.values instanceof kind);
  if (every(Float32Array)) return new Float32Array(rows);
  const small = [Int32Array, Int16Array, Int8Array, Uint8Array, Uint16Array];
  if (batches.every((batch) => small.some((kind) => batch.values instanceof kind))) return new Int32Array(rows);
  return new Float64Array(rows);
}

function booleans(batches: ArrowBatch[], rows: number): Column {
  const values = new Uint8Array(rows);
  let start = 0;
  for (const batch of batches) {
    for (let row = 0; row < batch.length; row++)
      values[start + row] = present(batch, row) ? (batch.values[row >> 3] >> (row & 7)) & 1 : 2;
    start += batch.length;
  }
  return { type: "boolean", values };
}

function strings(batches: ArrowBatch[], rows: number): Column {
  const codes = new Int32Array(rows);
  const dictionary: string[] = [];
  const known = new Map<string, number>();
  const codeOf = (text: string) => {
    let code = known.get(text);
    if (code === undefined) {
      known.set(text, (code = dictionary.length));
      dictionary.push(text);
    }
    return code;
  };
  let start = 0;
  let last: { cache(): ArrayLike<string> } | undefined;
  let recode: Int32Array = new Int32Array(0);
  for (const batch of batches) {
    if (batch.dictionary) {
      if (batch.dictionary !== last) recode = Int32Array.from(Array.from(batch.dictionary.cache(), (text) => codeOf(text)));
      last = batch.dictionary;
      for (let row = 0; row < batch.length; row++)
        codes[start + row] = present(batch, row) ? recode[batch.values[row]] : -1;
    } else
      for (let row = 0; row < batch.length; row++) {
        const text = batch.at(row);
        codes[start + row] = text === null || text === undefined ? -1 : codeOf(String(text));
      }
    start += batch.length;
  }
  return { type: "string", codes, dictionary };
}
