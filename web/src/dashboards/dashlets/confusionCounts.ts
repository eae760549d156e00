/** Reading a confusion matrix: order, shares, and which classes are taken for which. Pure. */

export type Relative = "row" | "column" | null;
/** `value`: as the model counts its classes; `count`: the commonest first; `measure`: the most mistaken first. */
export type LabelOrder = "value" | "count" | "measure";

/** `[true][predicted]`. */
export type Matrix = number[][];

export interface Totals {
  rows: number[];
  columns: number[];
  all: number;
  /** Samples whose class was told. */
  right: number;
}

export function totalsOf(matrix: Matrix): Totals {
  const rows = matrix.map(sum);
  const columns = matrix.map((_, column) => sum(matrix.map((row) => row[column])));
  return { rows, columns, all: sum(rows), right: sum(matrix.map((row, at) => row[at])) };
}

/** Positions of the classes in the order in which they are shown. */
export function orderOf(matrix: Matrix, order: LabelOrder): number[] {
  const places = matrix.map((_, at) => at);
  if (order === "value") return places;
  const { rows, columns } = totalsOf(matrix);
  const mistaken = (at: number) => rows[at] + columns[at] - 2 * matrix[at][at];
  return places.sort((a, b) => (order === "count" ? rows[b] - rows[a] : mistaken(b) - mistaken(a)) || a - b);
}

/** A count as a share of its row or column; null where that is empty. */
export function shareOf(count: number, row: number, column: number, { rows, columns }: Totals, relative: Relative): number | null {
  const of = relative === "row" ? rows[row] : columns[column];
  return of > 0 ? count / of : null;
}

export interface Pair {
  truth: number;
  predicted: number;
  count: number;
  /** Of the samples that are so. */
  share: number;
}

/** Which classes are taken for which, the most frequent first. */
export function confusedPairs(matrix: Matrix, most: number): Pair[] {
  const { rows } = totalsOf(matrix);
  return matrix
    .flatMap((row, truth) => row.flatMap((count, predicted) => (count > 0 && truth !== predicted ? [{ truth, predicted, count, share: count / rows[truth] }] : [])))
    .sort((a, b) => b.count - a.count || b.share - a.share)
    .slice(0, most);
}

/** How strongly cells are coloured, 0..1, by what they say: right ones and mistakes each by their own largest. */
export function strengths(matrix: Matrix, relative: Relative): (row: number, column: number) => number {
  const totals = totalsOf(matrix);
  const said = (row: number, column: number) => (relative === null ? matrix[row][column] : (shareOf(matrix[row][column], row, column, totals, relative) ?? 0));
  let right = 0;
  let wrong = 0;
  for (let row = 0; row < matrix.length; row++)
    for (let column = 0; column < matrix.length; column++) {
      if (row === column) right = Math.max(right, said(row, column));
      else wrong = Math.max(wrong, said(row, column));
    }
  // The root lets few mistakes be seen beside many.
  return (row, column) => Math.sqrt(said(row, column) / ((row === column ? right : wrong) || 1));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
