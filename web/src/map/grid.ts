import type { Bounds } from "./types";

const CROWD_CELLS = 256;
/** Octaves of density that the 255 steps of crowding cover. */
export const CROWD_OCTAVES = 16;
/** What a dot adds to the smoothed density at its own place: it must not be crowded by itself. */
const OWN_SHARE = 0.09;
const CHECK_EVERY = 1 << 14;

/**
 * A uniform grid over the dots: rows sorted by cell, and where each cell starts.
 *
 * The grid spans the middle 99.8 % of the dots on each axis, so that a few outliers cannot crowd all
 * others into one cell; what lies outside belongs to the cell at the border.
 */
export class GridIndex {
  constructor(
    private readonly x: Float32Array,
    private readonly y: Float32Array,
    readonly columns: number,
    readonly rowsOfCells: number,
    readonly span: Bounds,
    /** First position in `rows` of each cell, and the total at the end. */
    readonly starts: Uint32Array,
    readonly rows: Uint32Array,
    /** Local density of each row, logarithmic: `maxDensity * 2 ** (CROWD_OCTAVES * (crowd / 255 - 1))`. */
    readonly crowd: Uint8Array,
    /** Dots per square map unit where they lie closest. */
    readonly maxDensity: number,
  ) {}

  column(x: number): number {
    return cellOf(x, this.span.minX, this.span.maxX, this.columns);
  }

  row(y: number): number {
    return cellOf(y, this.span.minY, this.span.maxY, this.rowsOfCells);
  }

  /** The dot nearest to (x, y) among those at most their own reach away (negative: never), or null. */
  nearest(x: number, y: number, reach: number, reachOf: (row: number) => number): number | null {
    const c0 = this.column(x - reach);
    const c1 = this.column(x + reach);
    const r0 = this.row(y - reach);
    const r1 = this.row(y + reach);
    let best: number | null = null;
    let bestSquare = reach * reach;
    for (let r = r0; r <= r1; r++) {
      const end = this.starts[r * this.columns + c1 + 1];
      for (let i = this.starts[r * this.columns + c0]; i < end; i++) {
        const row = this.rows[i];
        const dx = this.x[row] - x;
        const dy = this.y[row] - y;
        const square = dx * dx + dy * dy;
        if (square > bestSquare) continue;
        const own = reachOf(row);
        if (own < 0 || square > own * own || (square === bestSquare && best !== null)) continue;
        best = row;
        bestSquare = square;
      }
    }
    return best;
  }

  /** How many dots lie in the cells that touch a part of the map (an upper bound of those in it). */
  countIn(part: Bounds): number {
    const c0 = this.column(part.minX);
    const c1 = this.column(part.maxX);
    let count = 0;
    for (let r = this.row(part.minY); r <= this.row(part.maxY); r++) {
      count += this.starts[r * this.columns + c1 + 1] - this.starts[r * this.columns + c0];
    }
    return count;
  }

  /** The rows in the cells that touch a part of the map. */
  rowsIn(part: Bounds): Uint32Array {
    const found = new Uint32Array(this.countIn(part));
    const c0 = this.column(part.minX);
    const c1 = this.column(part.maxX);
    let at = 0;
    for (let r = this.row(part.minY); r <= this.row(part.maxY); r++) {
      const cells = this.rows.subarray(
        this.starts[r * this.columns + c0],
        this.starts[r * this.columns + c1 + 1],
      );
      found.set(cells, at);
      at += cells.length;
    }
    return found;
  }

  /** The inner edges of a column (or row) of cells; the outermost reach to infinity. */
  cellBounds(column: number, row: number): Bounds {
    const { minX, minY, maxX, maxY } = this.span;
    const w = (maxX - minX) / this.columns;
    const h = (maxY - minY) / this.rowsOfCells;
    return {
      minX: column === 0 ? -Infinity : minX + column * w,
      maxX: column === this.columns - 1 ? Infinity : minX + (column + 1) * w,
      minY: row === 0 ? -Infinity : minY + row * h,
      maxY: row === this.rowsOfCells - 1 ? Infinity : minY + (row + 1) * h,
    };
  }
}

function cellOf(value: number, min: number, max: number, cells: number): number {
  const cell = Math.floor(((value - min) / (max - min)) * cells);
  return cell < 0 ? 0 : cell >= cells ? cells - 1 : cell;
}

export type Crowding = {
  /** Local density of each row, logarithmic: `maxDensity * 2 ** (CROWD_OCTAVES * (crowd / 255 - 1))`. */
  crowd: Uint8Array;
  /** Dots per square map unit where they lie closest. */
  maxDensity: number;
};

/** How closely matching dots lie around each matching one, and the others around each other one. */
export function crowdingUnder(mask: Uint8Array, x: Float32Array, y: Float32Array, span: Bounds): Crowding {
  const wide = widened(span, 0.15);
  const toU = CROWD_CELLS / (wide.maxX - wide.minX);
  const toV = CROWD_CELLS / (wide.maxY - wide.minY);
  const kinds = [new Float32Array(CROWD_CELLS * CROWD_CELLS), new Float32Array(CROWD_CELLS * CROWD_CELLS)];
  for (let i = 0; i < x.length; i++) {
    const u = Math.floor((x[i] - wide.minX) * toU);
    const v = Math.floor((y[i] - wide.minY) * toV);
    if (u >= 0 && v >= 0 && u < CROWD_CELLS && v < CROWD_CELLS) kinds[(mask[i >> 3] >> (i & 7)) & 1][v * CROWD_CELLS + u]++;
  }
  const smooth = kinds.map((kind) => blur(blur(kind)));
  let peak = 1e-9;
  for (const kind of smooth) for (const value of kind) if (value > peak) peak = value;
  const crowd = new Uint8Array(x.length);
  for (let i = 0; i < x.length; i++) {
    crowd[i] = crowdAt(smooth[(mask[i >> 3] >> (i & 7)) & 1], (x[i] - wide.minX) * toU - 0.5, (y[i] - wide.minY) * toV - 0.5, peak);
  }
  return { crowd, maxDensity: peak * toU * toV };
}

function crowdAt(smooth: Float32Array, u: number, v: number, peak: number): number {
  const inside = u >= -1 && v >= -1 && u <= CROWD_CELLS && v <= CROWD_CELLS;
  const density = inside ? (bilinear(smooth, u, v) - OWN_SHARE) / peak : 0;
  return density > 0 ? Math.max(0, Math.round(255 * (1 + Math.log2(density) / CROWD_OCTAVES))) : 0;
}

/**
 * Builds a `GridIndex` a few milliseconds at a time, so that no frame waits for it.
 *
 * `step(ms)` works for about that long and returns the index once it is complete.
 */
export class GridIndexBuilder {
  private readonly work: Generator<void, GridIndex>;
  private done: GridIndex | null = null;

  constructor(x: Float32Array, y: Float32Array) {
    this.work = build(x, y);
  }

  step(milliseconds: number): GridIndex | null {
    const end = performance.now() + milliseconds;
    while (this.done === null) {
      const next = this.work.next();
      if (next.done === true) this.done = next.value;
      else if (performance.now() >= end) break;
    }
    return this.done;
  }
}

/** Build the whole index at once. */
export function buildGridIndex(x: Float32Array, y: Float32Array): GridIndex {
  return new GridIndexBuilder(x, y).step(Infinity) as GridIndex;
}

function* build(x: Float32Array, y: Float32Array): Generator<void, GridIndex> {
  const n = x.length;
  const span = robustSpan(x, y);
  const side = Math.max(1, Math.min(1024, Math.ceil(Math.sqrt(n / 2))));
  const cells = side * side;
  const starts = new Uint32Array(cells + 1);
  const cell = new Uint32Array(n);
  // Densities are looked at a little further out, where they have fallen to almost nothing.
  const wide = widened(span, 0.15);
  const toU = CROWD_CELLS / (wide.maxX - wide.minX);
  const toV = CROWD_CELLS / (wide.maxY - wide.minY);
  const histogram = new Float32Array(CROWD_CELLS * CROWD_CELLS);
  for (let i = 0; i < n; i++) {
    if ((i & (CHECK_EVERY - 1)) === 0) yield;
    const px = x[i];
    const py = y[i];
    if (!(Number.isFinite(px) && Number.isFinite(py))) {
      cell[i] = cells;
      continue;
    }
    const column = cellOf(px, span.minX, span.maxX, side);
    const row = cellOf(py, span.minY, span.maxY, side);
    cell[i] = row * side + column;
    starts[row * side + column]++;
    const u = Math.floor((px - wide.minX) * toU);
    const v = Math.floor((py - wide.minY) * toV);
    if (u >= 0 && v >= 0 && u < CROWD_CELLS && v < CROWD_CELLS) histogram[v * CROWD_CELLS + u]++;
  }
  let total = 0;
  for (let c = 0; c < cells; c++) {
    const count = starts[c];
    starts[c] = total;
    total += count;
  }
  starts[cells] = total;
  yield;
  const rows = new Uint32Array(total);
  const cursor = starts.slice();
  for (let i = 0; i < n; i++) {
    if ((i & (CHECK_EVERY - 1)) === 0) yield;
    const c = cell[i];
    if (c < cells) rows[cursor[c]++] = i;
  }
  yield;
  const smooth = blur(blur(histogram));
  let peak = 1e-9;
  for (const value of smooth) if (value > peak) peak = value;
  yield;
  const crowd = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    if ((i & (CHECK_EVERY - 1)) === 0) yield;
    const u = (x[i] - wide.minX) * toU - 0.5;
    const v = (y[i] - wide.minY) * toV - 0.5;
    crowd[i] = crowdAt(smooth, u, v, peak);
  }
  return new GridIndex(x, y, side, side, span, starts, rows, crowd, peak * toU * toV);
}

/** The middle 99.8 % of both axes, from a sample of at most 20,000 dots, widened a little. */
function robustSpan(x: Float32Array, y: Float32Array): Bounds {
  const stride = Math.max(1, Math.floor(x.length / 20_000));
  const xs: number[] = [];
  const ys: number[] = [];
  for (let i = 0; i < x.length; i += stride) {
    if (Number.isFinite(x[i]) && Number.isFinite(y[i])) {
      xs.push(x[i]);
      ys.push(y[i]);
    }
  }
  const [minX, maxX] = middle(xs);
  const [minY, maxY] = middle(ys);
  return { minX, maxX, minY, maxY };
}

function middle(values: number[]): [number, number] {
  if (values.length === 0) return [-1, 1];
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length * 0.001);
  const low = sorted[cut];
  const high = sorted[sorted.length - 1 - cut];
  const pad = (high - low) * 0.02;
  const least = pad > 0 ? pad : Math.max(1e-6, Math.abs(low) * 1e-6);
  return [low - least, high + least];
}

function widened(span: Bounds, share: number): Bounds {
  const dx = (span.maxX - span.minX) * share;
  const dy = (span.maxY - span.minY) * share;
  return { minX: span.minX - dx, maxX: span.maxX + dx, minY: span.minY - dy, maxY: span.maxY + dy };
}

/** A 3 × 3 box blur of a square picture; cells beyond the border count as empty. */
function blur(picture: Float32Array): Float32Array {
  const out = new Float32Array(picture.length);
  const side = CROWD_CELLS;
  for (let r = 0; r < side; r++) {
    for (let c = 0; c < side; c++) {
      let sum = 0;
      for (let rr = Math.max(0, r - 1); rr <= Math.min(side - 1, r + 1); rr++) {
        const at = rr * side + c;
        sum += picture[at] + (c > 0 ? picture[at - 1] : 0) + (c < side - 1 ? picture[at + 1] : 0);
      }
      out[r * side + c] = sum / 9;
    }
  }
  return out;
}

function bilinear(picture: Float32Array, u: number, v: number): number {
  const last = CROWD_CELLS - 1;
  const cu = Math.min(last, Math.max(0, u));
  const cv = Math.min(last, Math.max(0, v));
  const c = Math.min(last - 1, Math.floor(cu));
  const r = Math.min(last - 1, Math.floor(cv));
  const fu = cu - c;
  const fv = cv - r;
  const at = r * CROWD_CELLS + c;
  const low = picture[at] * (1 - fu) + picture[at + 1] * fu;
  const high = picture[at + CROWD_CELLS] * (1 - fu) + picture[at + CROWD_CELLS + 1] * fu;
  return low * (1 - fv) + high * fv;
}
