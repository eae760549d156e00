import { type ColorChannel, colorChannel, sizeCodes } from "./colors";
import type { Bounds, ColorSpec, MaskMode, SizeSpec } from "./types";

/**
 * What is known of every row, on the CPU side: one typed array per channel, each replaced alone.
 *
 * Kept whole so that it can be uploaded again after the browser has taken the GPU away.
 */
export class Channels {
  x: Float32Array = new Float32Array(0);
  y: Float32Array = new Float32Array(0);
  color: ColorChannel | null = null;
  sizes: Uint8Array | null = null;
  sizeRange: [number, number] | null = null;
  mask: Uint8Array | null = null;
  maskMode: MaskMode = "grey";
  /** Rows that have a position, and those among them that the mask keeps. */
  placed = 0;
  matching = 0;

  get rows(): number {
    return this.x.length;
  }

  /** Take new positions. Channels of another number of rows belong to other samples and are dropped. */
  setPositions(x: Float32Array, y: Float32Array): void {
    if (x.length !== y.length) {
      throw new RangeError(`setPositions: x has ${x.length} rows but y has ${y.length}; both need one value per row.`);
    }
    if (x.length !== this.rows) {
      this.color = null;
      this.sizes = null;
      this.sizeRange = null;
      this.mask = null;
    }
    this.x = x;
    this.y = y;
    this.count();
  }

  setColor(spec: ColorSpec): void {
    this.check("setColor", spec.kind === "continuous" ? spec.values : spec.codes);
    this.color = colorChannel(spec);
  }

  setSize(spec: SizeSpec | null): void {
    if (spec !== null) this.check("setSize", spec.values);
    this.sizes = spec === null ? null : sizeCodes(spec.values, spec.domain);
    this.sizeRange = spec?.range ?? null;
  }

  setMask(bits: Uint8Array | null, mode: MaskMode): void {
    const needed = Math.ceil(this.rows / 8);
    if (bits !== null && bits.length < needed) {
      throw new RangeError(`setMask: ${bits.length} bytes given, but ${this.rows} rows need ${needed}.`);
    }
    this.mask = bits;
    this.maskMode = mode;
    this.count();
  }

  matches(row: number): boolean {
    return this.mask === null || ((this.mask[row >> 3] >> (row & 7)) & 1) === 1;
  }

  isPlaced(row: number): boolean {
    return Number.isFinite(this.x[row]) && Number.isFinite(this.y[row]);
  }

  /** The smallest rectangle around all dots, or around the origin when there is none. */
  bounds(): Bounds {
    const { x, y } = this;
    const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (let i = 0; i < x.length; i++) {
      const px = x[i];
      const py = y[i];
      if (!(Number.isFinite(px) && Number.isFinite(py))) continue;
      if (px < bounds.minX) bounds.minX = px;
      if (px > bounds.maxX) bounds.maxX = px;
      if (py < bounds.minY) bounds.minY = py;
      if (py > bounds.maxY) bounds.maxY = py;
    }
    return bounds.minX <= bounds.maxX ? bounds : { minX: -1, minY: -1, maxX: 1, maxY: 1 };
  }

  private count(): void {
    let placed = 0;
    let matching = 0;
    for (let row = 0; row < this.rows; row++) {
      if (!this.isPlaced(row)) continue;
      placed++;
      if (this.matches(row)) matching++;
    }
    this.placed = placed;
    this.matching = matching;
  }

  private check(what: string, values: ArrayLike<number>): void {
    if (values.length !== this.rows) {
      throw new RangeError(`${what}: ${values.length} values given, but the map has ${this.rows} rows.`);
    }
  }
}
