import type { GridIndex } from "./grid";
import type { Bounds, Point } from "./types";

/** Most corners a polygon may have when it leaves the map (the server refuses longer ones). */
export const MAX_CORNERS = 500;

/**
 * Leave out corners that do not change the outline by more than `tolerance` (Douglas and Peucker, 1973),
 * with a tolerance that grows until at most `most` corners are left.
 */
export function simplify(path: readonly Point[], tolerance: number, most = MAX_CORNERS): Point[] {
  let kept = douglasPeucker(path, tolerance);
  for (let t = Math.max(tolerance, 1e-12) * 1.5; kept.length > most; t *= 1.5) kept = douglasPeucker(path, t);
  return kept;
}

function douglasPeucker(path: readonly Point[], tolerance: number): Point[] {
  if (path.length <= 3) return [...path];
  const keep = new Uint8Array(path.length);
  keep[0] = 1;
  keep[path.length - 1] = 1;
  const open: [number, number][] = [[0, path.length - 1]];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const [first, last] = part;
    let farthest = -1;
    let most = tolerance;
    for (let i = first + 1; i < last; i++) {
      const distance = distanceToSegment(path[i], path[first], path[last]);
      if (distance > most) {
        most = distance;
        farthest = i;
      }
    }
    if (farthest > 0) {
      keep[farthest] = 1;
      open.push([first, farthest], [farthest, last]);
    }
  }
  return path.filter((_, i) => keep[i] === 1);
}

function distanceToSegment(p: Point, a: Point, b: Point): number {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}

/** Whether (x, y) lies inside, by the even-odd rule. */
export function contains(polygon: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export function boundsOf(polygon: readonly Point[]): Bounds {
  const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const [x, y] of polygon) {
    bounds.minX = Math.min(bounds.minX, x);
    bounds.minY = Math.min(bounds.minY, y);
    bounds.maxX = Math.max(bounds.maxX, x);
    bounds.maxY = Math.max(bounds.maxY, y);
  }
  return bounds;
}

/**
 * The rows whose dots lie inside a polygon (even-odd), in ascending order.
 *
 * Cells that no edge touches are taken or left as a whole; only dots in the others are tested.
 */
export function rowsInside(
  polygon: readonly Point[],
  x: Float32Array,
  y: Float32Array,
  grid: GridIndex,
  accepts: (row: number) => boolean = () => true,
): Uint32Array {
  if (polygon.length < 3) return new Uint32Array(0);
  const bounds = boundsOf(polygon);
  const c0 = grid.column(bounds.minX);
  const c1 = grid.column(bounds.maxX);
  const r0 = grid.row(bounds.minY);
  const r1 = grid.row(bounds.maxY);
  const width = c1 - c0 + 1;
  const touched = touchedCells(polygon, grid, c0, r0, width, r1 - r0 + 1);
  const found: number[] = [];
  for (let r = r0; r <= r1; r++) {
    const below = grid.cellBounds(0, Math.max(0, r - 1)).minY;
    const above = grid.cellBounds(0, Math.min(grid.rowsOfCells - 1, r + 1)).maxY;
    const inside = crossings(polygon, below, above);
    // Between two touched cells all cells of a row lie on the same side.
    let side: boolean | null = null;
    for (let c = c0; c <= c1; c++) {
      const cell = r * grid.columns + c;
      const start = grid.starts[cell];
      const end = grid.starts[cell + 1];
      const byDot = touched[(r - r0) * width + (c - c0)] === 1;
      if (byDot) side = null;
      if (start === end) continue;
      const first = grid.rows[start];
      if (!byDot) side ??= inside(x[first], y[first]);
      if (side === false) continue;
      for (let i = start; i < end; i++) {
        const row = grid.rows[i];
        if (accepts(row) && (!byDot || inside(x[row], y[row]))) found.push(row);
      }
    }
  }
  return Uint32Array.from(found).sort();
}

/** `contains` for points with minY <= y <= maxY: only edges that reach into this strip can count. */
function crossings(polygon: readonly Point[], minY: number, maxY: number): (x: number, y: number) => boolean {
  const edges: number[] = [];
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (Math.min(yi, yj) <= maxY && Math.max(yi, yj) >= minY) edges.push(xi, yi, xj, yj);
  }
  const near = Float64Array.from(edges);
  return (x, y) => {
    let inside = false;
    for (let e = 0; e < near.length; e += 4) {
      const yi = near[e + 1];
      const yj = near[e + 3];
      if (yi > y !== yj > y && x < ((near[e + 2] - near[e]) * (y - yi)) / (yj - yi) + near[e]) inside = !inside;
    }
    return inside;
  };
}

/** Mark the cells that an edge of the polygon may touch (1), row of cells by row of cells. */
function touchedCells(
  polygon: readonly Point[],
  grid: GridIndex,
  c0: number,
  r0: number,
  width: number,
  height: number,
): Uint8Array {
  const touched = new Uint8Array(width * height);
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [ax, ay] = polygon[j];
    const [bx, by] = polygon[i];
    const low = grid.row(Math.min(ay, by));
    const high = grid.row(Math.max(ay, by));
    for (let r = low; r <= high; r++) {
      const cell = grid.cellBounds(0, r);
      // The stretch of the edge within this row of cells; one cell more on each side for rounding.
      const [x1, x2] = stretch(ax, ay, bx, by, cell.minY, cell.maxY);
      const from = Math.max(c0, grid.column(Math.min(x1, x2)) - 1);
      const to = Math.min(c0 + width - 1, grid.column(Math.max(x1, x2)) + 1);
      for (let rr = Math.max(r0, r - 1); rr <= Math.min(r0 + height - 1, r + 1); rr++) {
        touched.fill(1, (rr - r0) * width + from - c0, (rr - r0) * width + to - c0 + 1);
      }
    }
  }
  return touched;
}

/** The x coordinates between which the edge a-b runs while minY <= y <= maxY. */
function stretch(ax: number, ay: number, bx: number, by: number, minY: number, maxY: number): [number, number] {
  if (ay === by) return [ax, bx];
  const at = (y: number) => ax + ((Math.min(Math.max(ay, by), Math.max(Math.min(ay, by), y)) - ay) / (by - ay)) * (bx - ax);
  return [at(minY), at(maxY)];
}
