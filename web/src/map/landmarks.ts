import type { DrawOrder } from "./order";
import type { Bounds } from "./types";

/** The large dots that may stand out, and how many of them do when each must have a square of its own. */
export type Landmarks = {
  /** Row numbers, ready to be an element buffer; those that stand out from afar first. */
  rows: Uint32Array;
  /** How many of `rows` stand out at each level: where the map is 2 ** level squares wide. */
  upTo: number[];
};

/** Sizes from this one on (0..255) count as large. */
export const LARGE_FROM = 128;
const LARGE_BUCKET = LARGE_FROM >> 5;
const MOST = 40_000;
const LEVELS = 22;
const SLOTS = 1 << 17;

export const NO_LANDMARKS: Landmarks = { rows: new Uint32Array(0), upTo: [] };

/**
 * Thin the large dots of a draw order out, so that on the screen they cover a bounded part of any region.
 *
 * At each level the map is cut into squares, and the largest dot of a square stands for it (among equals, the
 * first in the order). Squares of the next level are a quarter of these: who stands out stays so when one
 * looks closer, and others join.
 */
export function landmarks(order: DrawOrder, x: Float32Array, y: Float32Array, sizes: Uint8Array | null, bounds: Bounds): Landmarks {
  const found = sizes === null ? [] : largest(order, sizes);
  if (found.length === 0) return NO_LANDMARKS;
  const span = Math.max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY) || 1;
  const rows = new Uint32Array(found.length);
  const taken = new Uint8Array(found.length);
  const squares = new Float64Array(SLOTS);
  const upTo: number[] = [];
  let count = 0;
  for (let level = 0; level <= LEVELS && count < found.length; level++) {
    const fine = 2 ** level / span;
    squares.fill(0);
    for (let i = 0; i < found.length; i++) {
      const row = found[i];
      const column = Math.floor((x[row] - bounds.minX) * fine);
      const line = Math.floor((y[row] - bounds.minY) * fine);
      if (!enter(squares, line * 2 ** (LEVELS + 1) + column + 1, column, line) || taken[i] === 1) continue;
      taken[i] = 1;
      rows[count++] = row;
    }
    upTo.push(count);
  }
  // What lies at one place stands out only when nothing but it is looked at.
  for (let i = 0; i < found.length; i++) if (taken[i] === 0) rows[count++] = found[i];
  upTo.push(count);
  return { rows, upTo };
}

/** How many landmarks stand out when squares are so many times smaller than the map. */
export function standing({ upTo }: Landmarks, squaresAcross: number): number {
  if (upTo.length === 0) return 0;
  const level = Math.floor(Math.log2(Math.max(1, squaresAcross)));
  return upTo[Math.min(upTo.length - 1, level)];
}

/** The largest matching rows, at most `MOST`, in falling order of size. */
function largest({ rows, segments }: DrawOrder, sizes: Uint8Array): number[] {
  const bySize: number[][] = Array.from({ length: 256 }, () => []);
  let left = MOST;
  for (const { filtered, bucket, start, count } of segments) {
    if (filtered || bucket < LARGE_BUCKET) continue;
    const end = start + Math.min(count, left);
    for (let i = start; i < end; i++) bySize[sizes[rows[i]]].push(rows[i]);
    left -= end - start;
  }
  return bySize.toReversed().flat();
}

/** Enter a square into a hash table; false when it is there already. */
function enter(squares: Float64Array, key: number, column: number, line: number): boolean {
  let slot = (Math.imul(column, 0x9e3779b1) ^ Math.imul(line, 0x85ebca6b)) >>> 15;
  while (squares[slot] !== 0) {
    if (squares[slot] === key) return false;
    slot = (slot + 1) & (SLOTS - 1);
  }
  squares[slot] = key;
  return true;
}
