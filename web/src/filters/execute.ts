/**
 * The page's executor of filters, over typed arrays. It gives exactly what the server's gives:
 * `tests/corpus/filters.json` holds both to it.
 */
import { rowsOf } from "./bits";
import { type Column, type NumberColumn, type StringColumn } from "./columns";
import { active, type Clause, type Compare, type Filter, type Lasso, type Scalar } from "./types";

export interface Coordinates {
  x: Float32Array;
  y: Float32Array;
}

/** What a filter is evaluated over. */
export interface Table {
  rows: number;
  column(field: string): Column;
  coordinates(map: string): Coordinates;
  /** The rows of a collection, as packed bits. */
  collection(id: string): Uint8Array;
}

/** A filter that does not fit the fields it names. */
export class FilterError extends Error {}

/** One byte a row: 1 = every enabled clause matches. */
export function evaluate(filter: Filter, table: Table): Uint8Array {
  const pass = new Uint8Array(table.rows).fill(1);
  for (const clause of active(filter)) {
    const hit = new Uint8Array(table.rows);
    matchClause(clause, table, hit);
    const flip = clause.negate ? 1 : 0;
    for (let row = 0; row < pass.length; row++) pass[row] &= hit[row] ^ flip;
  }
  return pass;
}

function matchClause(clause: Clause, table: Table, hit: Uint8Array): void {
  switch (clause.kind) {
    case "rows":
      for (const row of clause.rows) if (row < hit.length) hit[row] = 1;
      return;
    case "lasso":
      matchLasso(clause, table.coordinates(clause.map), hit);
      return;
    case "collection":
      for (const row of rowsOf(table.collection(clause.collection))) hit[row] = 1;
      return;
    case "compare":
      matchCompare(clause, table.column(clause.field), hit);
  }
}

function matchCompare(clause: Compare, column: Column, hit: Uint8Array): void {
  switch (column.type) {
    case "string":
      matchString(clause, column, hit);
      return;
    case "boolean":
      matchBoolean(clause, column.values, hit);
      return;
    default:
      matchNumber(clause, column, hit);
  }
}

function misfit(clause: Compare, type: string): FilterError {
  return new FilterError(`'${clause.op}' does not fit the ${type} field '${clause.field}'.`);
}

function list(clause: Compare): Scalar[] {
  return Array.isArray(clause.value) ? clause.value : [];
}

function matchString(clause: Compare, column: StringColumn, hit: Uint8Array): void {
  const { codes, dictionary } = column;
  if (clause.op === "missing") {
    for (let row = 0; row < hit.length; row++) hit[row] = codes[row] < 0 ? 1 : 0;
    return;
  }
  let wanted: (text: string) => boolean;
  if (clause.op === "in") {
    const values = new Set(list(clause).filter((value) => typeof value === "string"));
    wanted = (text) => values.has(text);
  } else if (clause.op === "contains") {
    const needle = fold(String(clause.value));
    wanted = (text) => fold(text).includes(needle);
  } else throw misfit(clause, "string");
  const table = new Uint8Array(dictionary.length);
  for (let code = 0; code < dictionary.length; code++) table[code] = wanted(dictionary[code]) ? 1 : 0;
  for (let row = 0; row < hit.length; row++) {
    const code = codes[row];
    if (code >= 0) hit[row] = table[code];
  }
}

/** Lower case letter by letter, as the server's: every sigma alike, the dotted capital I as a plain i. */
export function fold(text: string): string {
  return text.replaceAll("İ", "i").toLowerCase().replaceAll("ς", "σ");
}

function matchBoolean(clause: Compare, values: Uint8Array, hit: Uint8Array): void {
  const wanted = new Uint8Array(3);
  if (clause.op === "missing") wanted[2] = 1;
  else if (clause.op === "in") {
    for (const value of list(clause)) if (typeof value === "boolean") wanted[value ? 1 : 0] = 1;
  } else throw misfit(clause, "boolean");
  for (let row = 0; row < hit.length; row++) hit[row] = wanted[values[row]];
}

function matchNumber(clause: Compare, column: NumberColumn, hit: Uint8Array): void {
  const { values, valid } = column;
  const bound = typeof clause.value === "number" ? clause.value : Number.NaN;
  switch (clause.op) {
    case "missing":
      for (let row = 0; row < hit.length; row++)
        hit[row] = Number.isNaN(values[row]) || (valid && !valid[row]) ? 1 : 0;
      return;
    case "between": {
      const [low, high] = list(clause) as [number, number];
      for (let row = 0; row < hit.length; row++) hit[row] = values[row] >= low && values[row] <= high ? 1 : 0;
      break;
    }
    case "gt":
      for (let row = 0; row < hit.length; row++) hit[row] = values[row] > bound ? 1 : 0;
      break;
    case "ge":
      for (let row = 0; row < hit.length; row++) hit[row] = values[row] >= bound ? 1 : 0;
      break;
    case "lt":
      for (let row = 0; row < hit.length; row++) hit[row] = values[row] < bound ? 1 : 0;
      break;
    case "le":
      for (let row = 0; row < hit.length; row++) hit[row] = values[row] <= bound ? 1 : 0;
      break;
    case "in": {
      const wanted = new Set(list(clause).filter((value) => typeof value === "number"));
      for (let row = 0; row < hit.length; row++) hit[row] = wanted.has(values[row]) ? 1 : 0;
      break;
    }
    default:
      throw misfit(clause, column.type);
  }
  if (valid) for (let row = 0; row < hit.length; row++) hit[row] &= valid[row];
}

/** Even-odd rule; the same arithmetic in the same order as the server's, so that the very edges agree. */
export function matchLasso(clause: Pick<Lasso, "polygon">, at: Coordinates, hit: Uint8Array): void {
  const corners = clause.polygon;
  const edges = corners.map((corner, at) => [...corners[(at + corners.length - 1) % corners.length], ...corner]);
  const heights = corners.map(([, y]) => y);
  const bottom = Math.min(...heights);
  const top = Math.max(...heights);
  for (let row = 0; row < hit.length; row++) {
    const x = at.x[row];
    const y = at.y[row];
    // Written so that NaN (a row outside the map) fails.
    if (!(y >= bottom && y < top)) continue;
    let inside = false;
    for (const [x1, y1, x2, y2] of edges)
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    if (inside) hit[row] = 1;
  }
}
