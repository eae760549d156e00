/** Places of small multiples in a chart's room. */
import type { Size } from "./picture";

export interface Cell {
  left: number;
  top: number;
  width: number;
  height: number;
  columns: number | null;
  rows: number | null;
  title: string;
  /** Stands at the left or lower rim, where axes have words. */
  atLeft: boolean;
  atBottom: boolean;
}

export interface Margins {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const TITLE = 16;
const GAP = 10;
/** Smaller cells show nothing. */
const LEAST: Size = { width: 56, height: 44 };

/**
 * One cell for each pair of facet values, or the whole room where there are none. Facets of one kind alone wrap.
 * What does not fit is dropped, and counted.
 */
export function layCells(
  size: Size,
  margins: Margins,
  columns: (number | null)[],
  rows: (number | null)[],
  title: (columns: number | null, rows: number | null) => string,
): { cells: Cell[]; dropped: number } {
  const width = Math.max(1, size.width - margins.left - margins.right);
  const height = Math.max(1, size.height - margins.top - margins.bottom);
  const pairs = rows.flatMap((row) => columns.map((column) => [column, row] as const));
  const faceted = pairs.length > 1 || pairs.some(([column, row]) => column !== null || row !== null);
  const mostAcross = Math.max(1, Math.floor((width + GAP) / (LEAST.width + GAP)));
  const mostDown = Math.max(1, Math.floor((height + GAP) / (LEAST.height + TITLE + GAP)));
  const wraps = rows.length === 1 || columns.length === 1;
  const across = wraps ? (columns.length === 1 && pairs.length <= mostDown ? 1 : bestAcross(pairs.length, width, height, mostAcross)) : Math.min(columns.length, mostAcross);
  const shown = wraps ? pairs : pairs.filter(([column]) => columns.indexOf(column) < across);
  const down = Math.min(Math.ceil(shown.length / across), mostDown);
  const kept = shown.slice(0, across * down);
  const head = faceted ? TITLE : 0;
  const cellWidth = (width - GAP * (across - 1)) / across;
  const cellHeight = (height - GAP * (down - 1)) / down - head;
  const cells = kept.map(([column, row], at): Cell => {
    const [x, y] = [at % across, Math.floor(at / across)];
    return {
      left: margins.left + x * (cellWidth + GAP),
      top: margins.top + y * (cellHeight + head + GAP) + head,
      width: cellWidth,
      height: cellHeight,
      columns: column,
      rows: row,
      title: faceted ? title(column, row) : "",
      atLeft: x === 0,
      atBottom: at + across >= kept.length,
    };
  });
  return { cells, dropped: pairs.length - kept.length };
}

/** So many side by side that cells come near to 3 : 2. */
function bestAcross(cells: number, width: number, height: number, most: number): number {
  let best = 1;
  let least = Infinity;
  for (let across = 1; across <= Math.min(cells, most); across++) {
    const ratio = width / across / (height / Math.ceil(cells / across));
    const error = Math.abs(Math.log(ratio / 1.5));
    if (error < least) [best, least] = [across, error];
  }
  return best;
}
