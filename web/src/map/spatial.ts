import type { Channels } from "./channels";
import { type Crowding, crowdingUnder, type GridIndex, GridIndexBuilder } from "./grid";
import { type DrawOrder, drawOrder } from "./order";
import { rowsInside } from "./polygon";
import type { Bounds, Point } from "./types";

/** Up to so many rows the index is built before the first frame: it takes less time than the frame. */
const INDEX_AT_ONCE = 120_000;
/** Below this share of all dots, only those near the view are drawn. */
const CULL_BELOW = 0.5;

/** Where dots are: the grid index while it grows and after, and which dots a view needs. */
export class Spatial {
  grid: GridIndex | null = null;
  private builder: GridIndexBuilder | null = null;
  private part: { bounds: Bounds; count: number } | null = null;
  private crowdKnown: { grid: GridIndex; mask: Uint8Array; crowding: Crowding } | null = null;
  private known: DrawOrder | null = null;

  constructor(private readonly channels: Channels) {}

  /** Positions are new: begin again. */
  reset(): void {
    this.grid = null;
    this.builder = new GridIndexBuilder(this.channels.x, this.channels.y);
    this.part = null;
    this.known = null;
    if (this.channels.rows <= INDEX_AT_ONCE) this.build(Infinity);
  }

  /** Go on building the index for some milliseconds; returns whether it became ready by that. */
  build(milliseconds: number): boolean {
    if (this.builder === null) return false;
    this.grid = this.builder.step(milliseconds);
    if (this.grid === null) return false;
    this.builder = null;
    return true;
  }

  /** How closely dots of its kind (matching or not) lie around each dot; null while that is unknown. */
  get crowding(): Crowding | null {
    const { grid, crowdKnown } = this;
    const { x, y, mask } = this.channels;
    if (grid === null || mask === null) return grid;
    if (crowdKnown?.grid === grid && crowdKnown.mask === mask) return crowdKnown.crowding;
    this.crowdKnown = { grid, mask, crowding: crowdingUnder(mask, x, y, grid.span) };
    return this.crowdKnown.crowding;
  }

  /** The order is out of date: sizes or mask changed. */
  reorder(): void {
    this.known = null;
  }

  /**
   * The draw order for a view, and whether it is another than last time.
   *
   * With few dots in view only these and their surroundings are ordered, so that a deep zoom costs what it
   * shows. `wide`: look at all dots (while they travel, the index knows only their new places).
   */
  orderFor(view: Bounds, wide: boolean): { order: DrawOrder; changed: boolean } {
    const part = wide ? null : this.partFor(view);
    if (this.known !== null && part === this.part) return { order: this.known, changed: false };
    this.part = part;
    const { x, y, sizes, mask, maskMode } = this.channels;
    const candidates = part === null || this.grid === null ? null : this.grid.rowsIn(part.bounds);
    this.known = drawOrder({ x, y, sizes, mask, hideFiltered: maskMode === "hide", candidates });
    return { order: this.known, changed: true };
  }

  /** The matching dot nearest to a place, at most its own reach away. All lengths in map units. */
  nearest(x: number, y: number, reach: number, reachOf: (row: number) => number): number | null {
    const { channels } = this;
    const own = (row: number) => (channels.matches(row) ? reachOf(row) : -1);
    if (this.grid !== null) return this.grid.nearest(x, y, reach, own);
    let best: number | null = null;
    let bestSquare = reach * reach;
    for (let row = 0; row < channels.rows; row++) {
      const dx = channels.x[row] - x;
      const dy = channels.y[row] - y;
      const square = dx * dx + dy * dy;
      if (!(square < bestSquare)) continue;
      const limit = own(row);
      if (limit < 0 || square > limit * limit) continue;
      best = row;
      bestSquare = square;
    }
    return best;
  }

  /** The matching rows inside a polygon in map coordinates (even-odd), ascending. */
  inside(polygon: readonly Point[]): Uint32Array {
    this.build(Infinity);
    if (this.grid === null) return new Uint32Array(0);
    return rowsInside(polygon, this.channels.x, this.channels.y, this.grid, (row) => this.channels.matches(row));
  }

  private partFor(view: Bounds): { bounds: Bounds; count: number } | null {
    const { grid, part } = this;
    if (grid === null) return null;
    const bounds = grow(view, 0.35);
    const wider = grid.countIn(bounds);
    // As long as a part serves, it stays the same: a new order begins the picture anew.
    if (part !== null && holds(part.bounds, view) && wider > part.count * 0.4) return part;
    return wider < this.channels.placed * CULL_BELOW ? { bounds, count: wider } : null;
  }
}

function holds(outer: Bounds, inner: Bounds): boolean {
  return (
    inner.minX >= outer.minX && inner.maxX <= outer.maxX && inner.minY >= outer.minY && inner.maxY <= outer.maxY
  );
}

function grow(part: Bounds, share: number): Bounds {
  const dx = (part.maxX - part.minX) * share;
  const dy = (part.maxY - part.minY) * share;
  return { minX: part.minX - dx, minY: part.minY - dy, maxX: part.maxX + dx, maxY: part.maxY + dy };
}
