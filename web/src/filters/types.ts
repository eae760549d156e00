/** The JSON form of a filter: the same in the page, the address bar, the server and the command line. */

export type Scalar = string | number | boolean;

export type Operator = "between" | "gt" | "ge" | "lt" | "le" | "in" | "contains" | "missing";

interface Flags {
  /** Match exactly what the positive form does not match. */
  negate?: boolean;
  /** `false`: kept, but ignored. */
  enabled?: boolean;
}

export interface Compare extends Flags {
  kind: "compare";
  field: string;
  op: Operator;
  value?: Scalar | Scalar[];
}

export interface Lasso extends Flags {
  kind: "lasso";
  map: string;
  polygon: [number, number][];
}

export interface Rows extends Flags {
  kind: "rows";
  rows: number[];
  /** What the set is, in words. */
  name?: string;
}

/** The samples of a collection that the run has. */
export interface InCollection extends Flags {
  kind: "collection";
  /** Its id. */
  collection: string;
  name: string;
}

export type Clause = Compare | Lasso | Rows | InCollection;
export type Filter = Clause[];

export const MAX_ROWS = 10_000;
export const MAX_NAME = 200;
export const MAX_POLYGON = 2_000;

/** The clauses that take part. */
export function active(filter: Filter): Filter {
  return filter.filter((clause) => clause.enabled !== false);
}

/** Whether two filters are the same, clause by clause. */
export function same(a: Filter, b: Filter): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The names of the fields that the enabled clauses compare. */
export function fieldsOf(filter: Filter): string[] {
  const names = active(filter).flatMap((clause) => (clause.kind === "compare" ? [clause.field] : []));
  return [...new Set(names)];
}

/** The maps whose coordinates the enabled clauses need. */
export function mapsOf(filter: Filter): string[] {
  return [...new Set(active(filter).flatMap((clause) => (clause.kind === "lasso" ? [clause.map] : [])))];
}

/** The collections that the enabled clauses name. */
export function collectionsOf(filter: Filter): string[] {
  return [...new Set(active(filter).flatMap((clause) => (clause.kind === "collection" ? [clause.collection] : [])))];
}
