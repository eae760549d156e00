/** From a field's values to the colours and sizes of dots. Pure; the legend shows what it returns. */
import type { Column, NumberColumn } from "../filters/columns";
import { valueAt } from "../filters/columns";
import { compare } from "../filters/summary";
import { CATEGORICAL, OTHER, ownColors } from "../theme/palette";
import { diverging, sequential } from "../theme/ramps";

export type Theme = "dark" | "light";
export type Value = string | number | boolean;

export interface Categories {
  kind: "categorical";
  /** Every value, those with a colour of their own first. */
  values: Value[];
  /** How many of `values` have a colour of their own. */
  own: number;
  /** One code a row, an index into `palette`; 255 = missing. */
  codes: Uint8Array;
  palette: string[];
}

export interface Ramp {
  kind: "continuous";
  values: Float32Array;
  /** The values at the ends of the ramp; what lies beyond takes the colour at its end. */
  domain: [number, number];
  /** Whether values lie beyond the domain. */
  clipped: [boolean, boolean];
  ramp: string[];
  diverging: boolean;
}

export type Coloring = Categories | Ramp;

const MISSING_CODE = 255;
const FEW_INTEGERS = 30;

/** Colour rows by a column. */
export function colorBy(column: Column, theme: Theme): Coloring {
  if (column.type === "string") return categories(column.codes, column.dictionary, theme);
  if (column.type === "boolean")
    return categories(Int32Array.from(column.values, (value) => (value > 1 ? -1 : value)), [false, true], theme);
  const few = column.type === "integer" ? fewIntegers(column) : null;
  if (few) return categories(few.codes, few.values, theme);
  const values = toFloats(column);
  const { domain, clipped } = domainOf(values);
  const split = domain[0] < 0 && domain[1] > 0 && Math.min(-domain[0], domain[1]) > 0.25 * Math.max(-domain[0], domain[1]);
  if (split) domain[0] = -(domain[1] = Math.max(-domain[0], domain[1]));
  return { kind: "continuous", values, domain, clipped, ramp: split ? diverging(theme) : sequential(theme), diverging: split };
}

/** The colour of a value under a coloring; null without one. */
export function colorOf(coloring: Coloring, value: Value | null): string | null {
  if (value === null) return null;
  if (coloring.kind === "categorical") {
    const at = coloring.values.indexOf(value);
    return at < 0 ? null : coloring.palette[Math.min(at, coloring.palette.length - 1)];
  }
  const [low, high] = coloring.domain;
  const share = (Number(value) - low) / (high - low || 1);
  return coloring.ramp[Math.round(Math.min(1, Math.max(0, share)) * (coloring.ramp.length - 1))];
}

/** The values that make dots large, and the domain they are measured in; null where size has no meaning. */
export function sizeBy(column: Column): { values: Float32Array; domain: [number, number] } | null {
  if (column.type === "string") return null;
  const values = column.type === "boolean" ? Float32Array.from(column.values, (value) => (value > 1 ? Number.NaN : value)) : toFloats(column);
  return { values, domain: domainOf(values).domain };
}

/** Ends that a few extreme values do not stretch: the 99th percentile where the largest is far beyond it. */
export function domainOf(values: Float32Array): { domain: [number, number]; clipped: [boolean, boolean] } {
  const step = Math.max(1, Math.floor(values.length / 50_000));
  const sample: number[] = [];
  let min = Infinity;
  let max = -Infinity;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (row % step === 0) sample.push(value);
  }
  if (min > max) return { domain: [0, 1], clipped: [false, false] };
  const sorted = Float64Array.from(sample).sort();
  const quantile = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? min;
  const low = quantile(0.01);
  const high = quantile(0.99);
  const spread = high - low;
  const domain: [number, number] = [min, max];
  if (spread > 0 && max - high > spread * 0.5) domain[1] = high;
  if (spread > 0 && low - min > spread * 0.5) domain[0] = low;
  return { domain, clipped: [domain[0] !== min, domain[1] !== max] };
}

function categories(codes: Int32Array, values: Value[], theme: Theme): Categories {
  const counts = new Uint32Array(values.length);
  for (let row = 0; row < codes.length; row++) if (codes[row] >= 0) counts[codes[row]]++;
  const used = [...values.keys()].filter((code) => counts[code] > 0);
  const own = ownColors(used.length);
  const byCount = used.toSorted((a, b) => counts[b] - counts[a] || compare(values[a], values[b]));
  // Those with a colour stand in their natural order, so that the same labels get the same colours in every run.
  const first = byCount.slice(0, own).sort((a, b) => compare(values[a], values[b]));
  const order = [...first, ...byCount.slice(own)];
  const place = new Uint8Array(values.length);
  order.forEach((code, at) => (place[code] = Math.min(at, own)));
  const out = new Uint8Array(codes.length);
  for (let row = 0; row < codes.length; row++) out[row] = codes[row] < 0 ? MISSING_CODE : place[codes[row]];
  const palette: string[] = CATEGORICAL[theme].slice(0, own);
  if (order.length > own) palette.push(OTHER[theme]);
  return { kind: "categorical", values: order.map((code) => values[code]), own, codes: out, palette };
}

function fewIntegers(column: NumberColumn): { codes: Int32Array; values: number[] } | null {
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
      if (seen.size >= FEW_INTEGERS) return null;
      seen.set(value, (code = seen.size));
    }
    codes[row] = code;
  }
  return { codes, values: [...seen.keys()] };
}

function toFloats(column: NumberColumn): Float32Array {
  const { values, valid } = column;
  if (values instanceof Float32Array && !valid) return values;
  const floats = Float32Array.from(values);
  if (valid) for (let row = 0; row < floats.length; row++) if (!valid[row]) floats[row] = Number.NaN;
  return floats;
}
