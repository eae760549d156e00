/** Rows picked one by one, or from one line to another, out of an ordered list. */

/** `rows` with a row more, or one less. */
export function toggled(rows: number[], row: number, most: number): number[] {
  return rows.includes(row) ? rows.filter((other) => other !== row) : [...rows, row].slice(-most);
}

/** `base` with all rows between two lines of a list, both included; of too many those nearest to `from`. */
export function extended(base: number[], order: Uint32Array, from: number, to: number, most: number): number[] {
  const [low, high] = from <= to ? [from, Math.min(to, from + most - 1)] : [Math.max(to, from - most + 1), from];
  const range = new Set(order.subarray(low, high + 1));
  return [...base.filter((row) => !range.has(row)), ...range].slice(-most);
}
