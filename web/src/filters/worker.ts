/** The Worker's side of the filter engine: holds columns and coordinates, answers questions about rows. */
import * as bits from "./bits";
import type { Column } from "./columns";
import { type Coordinates, evaluate, matchLasso } from "./execute";
import { sortRows } from "./order";
import { type FieldSummary, summarise } from "./summary";
import type { Filter, Lasso } from "./types";

/** What the user has selected: everything inside the polygons that passes the filter, and single rows. */
export interface Region {
  map: string | null;
  polygons: Lasso["polygon"][];
  rows: number[];
}

export interface Questions {
  open(rows: number): null;
  putColumn(key: string, column: Column): null;
  putCoordinates(map: string, coordinates: Coordinates): null;
  putCollection(id: string, set: Uint8Array): null;
  mask(filter: Filter): RowSet;
  select(region: Region, filter: Filter): RowSet;
  summary(field: string, filter: Filter, categorical: boolean | undefined): FieldSummary;
  summaryOf(field: string, set: Uint8Array): FieldSummary;
  order(set: Uint8Array, field: string | null, descending: boolean): Uint32Array;
}

/** Rows as packed bits with their number. */
export interface RowSet {
  bits: Uint8Array;
  count: number;
}

export class Rows implements Questions {
  private rows = 0;
  private columns = new Map<string, Column>();
  private maps = new Map<string, Coordinates>();
  private collections = new Map<string, Uint8Array>();

  open(rows: number): null {
    this.rows = rows;
    this.columns.clear();
    this.maps.clear();
    this.collections.clear();
    return null;
  }

  putColumn(key: string, column: Column): null {
    this.columns.set(key, column);
    return null;
  }

  putCoordinates(map: string, coordinates: Coordinates): null {
    this.maps.set(map, coordinates);
    return null;
  }

  putCollection(id: string, set: Uint8Array): null {
    this.collections.set(id, set);
    return null;
  }

  mask(filter: Filter): RowSet {
    return rowSet(this.pass(filter));
  }

  select(region: Region, filter: Filter): RowSet {
    const hit = new Uint8Array(this.rows);
    const at = region.map === null ? undefined : this.maps.get(region.map);
    if (at && region.polygons.length > 0) {
      for (const polygon of region.polygons) matchLasso({ polygon }, at, hit);
      const pass = this.pass(filter);
      for (let row = 0; row < hit.length; row++) hit[row] &= pass[row];
    }
    for (const row of region.rows) if (row < hit.length) hit[row] = 1;
    return rowSet(hit);
  }

  summary(field: string, filter: Filter, categorical: boolean | undefined): FieldSummary {
    return summarise(this.column(field), this.pass(filter), categorical);
  }

  summaryOf(field: string, set: Uint8Array): FieldSummary {
    const pass = new Uint8Array(this.rows);
    for (const row of bits.rowsOf(set)) pass[row] = 1;
    return summarise(this.column(field), pass);
  }

  order(set: Uint8Array, field: string | null, descending: boolean): Uint32Array {
    return sortRows(bits.rowsOf(set), field === null ? null : this.column(field), descending);
  }

  private pass(filter: Filter): Uint8Array {
    return evaluate(filter, {
      rows: this.rows,
      column: (field) => this.column(field),
      coordinates: (map) => {
        const at = this.maps.get(map);
        if (!at) throw new Error(`The map '${map}' is not loaded.`);
        return at;
      },
      collection: (id) => {
        const set = this.collections.get(id);
        if (!set) throw new Error(`The collection '${id}' is not loaded.`);
        return set;
      },
    });
  }

  private column(field: string): Column {
    const column = this.columns.get(field);
    if (!column) throw new Error(`The field '${field}' is not loaded.`);
    return column;
  }
}

function rowSet(pass: Uint8Array): RowSet {
  const packed = bits.pack(pass);
  return { bits: packed, count: bits.count(packed) };
}

export interface Ask {
  id: number;
  question: keyof Questions;
  args: unknown[];
}

export type Answer = { id: number; value: unknown } | { id: number; error: string };

const inWorker = typeof document === "undefined" && typeof self !== "undefined";
if (inWorker) {
  const rows = new Rows();
  self.addEventListener("message", (event: MessageEvent<Ask>) => {
    const { id, question, args } = event.data;
    let answer: Answer;
    try {
      const method = rows[question] as (...args: unknown[]) => unknown;
      answer = { id, value: method.apply(rows, args) };
    } catch (error) {
      answer = { id, error: error instanceof Error ? error.message : String(error) };
    }
    self.postMessage(answer);
  });
}
