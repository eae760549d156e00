/** The order in which a table or gallery shows rows. */
import { type Column } from "./columns";
import { compare } from "./summary";

/** Sort `rows` by a column; missing values last either way; ties keep row order. */
export function sortRows(rows: Uint32Array, column: Column | null, descending: boolean): Uint32Array {
  if (column === null) return descending ? rows.toReversed() : rows;
  const keys = new Float64Array(rows.length);
  const rank = column.type === "string" ? rankOf(column.dictionary) : null;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at];
    if (column.type === "string") keys[at] = column.codes[row] < 0 ? Number.NaN : rank![column.codes[row]];
    else if (column.type === "boolean") keys[at] = column.values[row] > 1 ? Number.NaN : column.values[row];
    else keys[at] = column.valid && !column.valid[row] ? Number.NaN : column.values[row];
  }
  const sign = descending ? -1 : 1;
  const order = new Uint32Array(rows.length).map((_, at) => at);
  order.sort((a, b) => {
    const left = keys[a];
    const right = keys[b];
    if (Number.isNaN(left)) return Number.isNaN(right) ? a - b : 1;
    if (Number.isNaN(right)) return -1;
    return left === right ? a - b : left < right ? -sign : sign;
  });
  return order.map((at) => rows[at]);
}

function rankOf(dictionary: string[]): Float64Array {
  const order = [...dictionary.keys()].sort((a, b) => compare(dictionary[a], dictionary[b]));
  const rank = new Float64Array(dictionary.length);
  order.forEach((code, place) => (rank[code] = place));
  return rank;
}
