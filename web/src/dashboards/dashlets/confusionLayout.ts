/** Where the cells and names of a confusion matrix lie. Pure; all in CSS pixels. */

export interface Layout {
  /** Left and top of the first cell. */
  left: number;
  top: number;
  cell: number;
  /** Every how many-th name there is room for. */
  every: number;
  /** Whether the names above are turned upright. */
  upright: boolean;
  /** Whether a cell has room for its number. */
  numbers: boolean;
}

const LINE = 13;
const TITLE = 18;
const MOST = 112;
const LARGEST = 120;
/** Free room at the right, as much as the frame leaves at the left. */
const MARGIN = 8;

/**
 * Lays a square of `size` × `size` cells into a box.
 *
 * `longest` is the width of the longest name, `digits` that of the longest number.
 */
export function layOut(size: number, width: number, height: number, longest: number, digits: number): Layout | null {
  const name = Math.min(MOST, longest) + 10;
  const level = Math.floor(Math.min((width - name - TITLE - MARGIN) / size, (height - LINE - 8 - TITLE) / size, LARGEST));
  // Names stand upright where they are wider than a cell.
  const upright = longest + 6 > level;
  const above = upright ? name : LINE + 8;
  const room = Math.min((width - name - TITLE - MARGIN) / size, (height - above - TITLE) / size, LARGEST);
  const cell = room >= 4 ? Math.floor(room) : room;
  if (!(cell > 0.2)) return null;
  return { left: TITLE + name, top: TITLE + above, cell, every: Math.max(1, Math.ceil(LINE / cell)), upright, numbers: cell >= Math.max(16, digits + 6) };
}

/** The cell at a place: a row or column of -1 is its name; null: neither. */
export function cellAt({ left, top, cell }: Layout, size: number, x: number, y: number): { row: number; column: number } | null {
  const column = Math.floor((x - left) / cell);
  const row = Math.floor((y - top) / cell);
  const at = { row: Math.max(-1, row), column: Math.max(-1, column) };
  return row >= size || column >= size || (at.row < 0 && at.column < 0) ? null : at;
}
