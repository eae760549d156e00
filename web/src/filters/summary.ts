/** Counts of a field's values, over the whole run and under a filter. */
import { type Column, type NumberColumn, valueAt } from "./columns";

export interface NumericSummary {
  kind: "numeric";
  min: number | null;
  max: number | null;
  mean: number | null;
  /** Mean under the filter. */
  meanMatching: number | null;
  missing: number;
  missingMatching: number;
  /** Edges of the bins: one more than there are bins. */
  edges: number[];
  all: number[];
  matching: number[];
}

export interface CategoricalSummary {
  kind: "categorical";
  /** Most frequent first. */
  values: { value: string | number | boolean; all: number; matching: number }[];
  /** Values beyond those listed. */
  other: { values: number; all: number; matching: number };
  missing: number;
  missingMatching: number;
}

export type FieldSummary = NumericSummary | CategoricalSummary;

const BINS = 48;
const MAX_VALUES = 1000;

/** Summarise a column under `pass` (one byte a row). Numbers as a histogram unless `categorical` is asked. */
export function summarise(column: Column, pass: Uint8Array, categorical = column.type !== "float"): FieldSummary {
  if (column.type === "string") return countCodes(column.codes, column.dictionary, pass);
  if (column.type === "boolean") {
    const codes = Int32Array.from(column.values, (value) => (value > 1 ? -1 : value));
    return countCodes(codes, [false, true], pass);
  }
  if (!categorical) return histogram(column, pass);
  const seen = new Map<number, number>();
  const codes = new Int32Array(column.values.length);
  for (let row = 0; row < codes.length; row++) {
    const value = valueAt(column, row) as number | null;
    if (value === null) {
      codes[row] = -1;
      continue;
    }
    let code = seen.get(value);
    if (code === undefined) {
      if (seen.size >= MAX_VALUES) return histogram(column, pass);
      seen.set(value, (code = seen.size));
    }
    codes[row] = code;
  }
  return countCodes(codes, [...seen.keys()], pass);
}

function countCodes(codes: Int32Array, values: (string | number | boolean)[], pass: Uint8Array): CategoricalSummary {
  const all = new Uint32Array(values.length);
  const matching = new Uint32Array(values.length);
  let missing = 0;
  let missingMatching = 0;
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row];
    if (code < 0) {
      missing++;
      missingMatching += pass[row];
    } else {
      all[code]++;
      matching[code] += pass[row];
    }
  }
  const order = [...values.keys()].filter((code) => all[code] > 0).sort((a, b) => all[b] - all[a] || compare(values[a], values[b]));
  const rest = order.slice(MAX_VALUES);
  return {
    kind: "categorical",
    values: order
      .slice(0, MAX_VALUES)
      .map((code) => ({ value: values[code], all: all[code], matching: matching[code] })),
    other: {
      values: rest.length,
      all: rest.reduce((sum, code) => sum + all[code], 0),
      matching: rest.reduce((sum, code) => sum + matching[code], 0),
    },
    missing,
    missingMatching,
  };
}

/** Order of values as people count: numbers by size, texts with numbers inside by those numbers. */
export function compare(a: string | number | boolean, b: string | number | boolean): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return collator.compare(String(a), String(b));
}

const collator = new Intl.Collator("en", { numeric: true });

function histogram(column: NumberColumn, pass: Uint8Array): NumericSummary {
  const { values, valid } = column;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let known = 0;
  let sumMatching = 0;
  let knownMatching = 0;
  let missing = 0;
  let missingMatching = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (Number.isNaN(value) || (valid && !valid[row])) {
      missing++;
      missingMatching += pass[row];
      continue;
    }
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    known++;
    if (pass[row]) {
      sumMatching += value;
      knownMatching++;
    }
  }
  if (known === 0)
    return { kind: "numeric", min: null, max: null, mean: null, meanMatching: null, missing, missingMatching, edges: [], all: [], matching: [] };
  const whole = column.type === "integer" && max - min < BINS;
  const bins = whole ? max - min + 1 : min === max ? 1 : BINS;
  const low = whole ? min - 0.5 : min;
  const width = whole ? 1 : (max - min || 1) / bins;
  const all = Array.from({ length: bins }, () => 0);
  const matching = Array.from({ length: bins }, () => 0);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isFinite(value) || (valid && !valid[row])) continue;
    const bin = Math.min(bins - 1, Math.floor((value - low) / width));
    all[bin]++;
    if (pass[row]) matching[bin]++;
  }
  return {
    kind: "numeric",
    min,
    max,
    mean: sum / known,
    meanMatching: knownMatching ? sumMatching / knownMatching : null,
    missing,
    missingMatching,
    edges: Array.from({ length: bins + 1 }, (_, bin) => low + bin * width),
    all,
    matching,
  };
}
