/** In which order dots are drawn: filtered ones first, large before small, shuffled within. */

export const SIZE_BUCKETS = 8;
const SHUFFLE_CLASSES = 256;

export type Segment = {
  filtered: boolean;
  /** Size class, 0 the smallest. */
  bucket: number;
  start: number;
  count: number;
};

export type DrawOrder = {
  /** Row numbers, ready to be an element buffer. */
  rows: Uint32Array;
  segments: Segment[];
  matching: number;
  filtered: number;
};

export type OrderInput = {
  x: Float32Array;
  y: Float32Array;
  /** Size of each dot, 0..255, or null when all are alike. */
  sizes: Uint8Array | null;
  /** Bits, least significant first; a row whose bit is 0 is filtered out. Null: all match. */
  mask: Uint8Array | null;
  /** Leave filtered rows out instead of drawing them first. */
  hideFiltered: boolean;
  /** Consider these rows only (what can be seen); null: all. */
  candidates: Uint32Array | null;
};

/**
 * Sort rows by (filtered first, large first, shuffle) with one counting sort.
 *
 * The shuffle depends on the row number alone. The first part of every segment is therefore a fair
 * sample of it, and stays the same sample when the mask, the sizes or the candidates change.
 */
export function drawOrder(input: OrderInput): DrawOrder {
  const { x, y, sizes, mask, hideFiltered, candidates } = input;
  const total = candidates === null ? x.length : candidates.length;
  const keys = new Uint16Array(total);
  const ends = new Uint32Array(2 * SIZE_BUCKETS * SHUFFLE_CLASSES + 1);
  for (let i = 0; i < total; i++) {
    const row = candidates === null ? i : candidates[i];
    let key = 0;
    const matches = mask === null || ((mask[row >> 3] >> (row & 7)) & 1) === 1;
    const placed = Number.isFinite(x[row]) && Number.isFinite(y[row]);
    if (placed && (matches || !hideFiltered)) {
      const bucket = sizes === null ? 0 : sizes[row] >> 5;
      const segment = (matches ? SIZE_BUCKETS : 0) + SIZE_BUCKETS - 1 - bucket;
      key = 1 + segment * SHUFFLE_CLASSES + shuffleClass(row);
      ends[key]++;
    }
    keys[i] = key;
  }
  // From counts to first positions; key 0 stands for rows that are not drawn.
  const segments: Segment[] = [];
  let at = 0;
  for (let segment = 0; segment < 2 * SIZE_BUCKETS; segment++) {
    const start = at;
    for (let c = 0; c < SHUFFLE_CLASSES; c++) {
      const key = 1 + segment * SHUFFLE_CLASSES + c;
      const count = ends[key];
      ends[key] = at;
      at += count;
    }
    if (at > start) {
      const bucket = SIZE_BUCKETS - 1 - (segment % SIZE_BUCKETS);
      segments.push({ filtered: segment < SIZE_BUCKETS, bucket, start, count: at - start });
    }
  }
  const rows = new Uint32Array(at);
  for (let i = 0; i < total; i++) {
    if (keys[i] > 0) rows[ends[keys[i]]++] = candidates === null ? i : candidates[i];
  }
  const filtered = segments.reduce((sum, s) => sum + (s.filtered ? s.count : 0), 0);
  return { rows, segments, filtered, matching: at - filtered };
}

/** A fixed pseudo-random class of a row, 0..255 (the finaliser of MurmurHash3, shortened). */
function shuffleClass(row: number): number {
  let h = Math.imul(row ^ (row >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & (SHUFFLE_CLASSES - 1);
}

export type DrawRange = { filtered: boolean; bucket: number; start: number; count: number };

/** The ranges that draw at most about `budget` dots: the same share of every segment. */
export function shareOfOrder(order: DrawOrder, budget: number): { ranges: DrawRange[]; share: number } {
  const total = order.rows.length;
  const share = total <= budget ? 1 : budget / total;
  // A rare size class (the largest losses, say) is worth showing whole: it costs next to nothing.
  const whole = Math.max(64, budget / 100);
  const ranges = order.segments.map((s) => ({
    ...s,
    count: s.count <= whole && !s.filtered ? s.count : Math.ceil(s.count * share),
  }));
  return { ranges, share };
}

/** Cut ranges into pieces of at most `size` dots, in order. */
export function takeFrom(ranges: readonly DrawRange[], skip: number, size: number): DrawRange[] {
  const taken: DrawRange[] = [];
  let before = 0;
  for (const range of ranges) {
    const from = Math.max(0, skip - before);
    const to = Math.min(range.count, skip + size - before);
    if (to > from) taken.push({ ...range, start: range.start + from, count: to - from });
    before += range.count;
    if (before >= skip + size) break;
  }
  return taken;
}
