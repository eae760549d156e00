/** Rows as a short text for the address: steps from one to the next in base 36. */
export function encodeRows(rows: number[]): string {
  return rows.map((row, at) => (at === 0 ? row : row - rows[at - 1]).toString(36)).join(".");
}

/** The rows a text stands for; what makes none is left out. */
export function decodeRows(text: string): number[] {
  const rows: number[] = [];
  let row = 0;
  for (const step of text.split(".")) {
    row += Number.parseInt(step, 36);
    if (Number.isInteger(row) && row >= 0) rows.push(row);
  }
  return rows;
}
