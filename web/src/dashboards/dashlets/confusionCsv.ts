import { csvOf } from "../charts/csv";

/** The matrix as CSV: a line a true class, a column a predicted one. */
export function confusionCsv(labels: string[], matrix: number[][]): string {
  return csvOf({ head: ["true", ...labels], lines: matrix.map((row, at) => [labels[at], ...row]) });
}
