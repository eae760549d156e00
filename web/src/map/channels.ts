import { type ColorChannel, colorChannel, sizeCodes } from "./colors";
import type { Bounds, ColorSpec, MaskMode, SizeSpec } from "./types";

/**
 * What is known of every row, on the CPU side: one typed array per channel, each replaced alone.
 *
 * Colours, sizes and mask count only while they have as many rows as the positions: when another run is
 * opened its channels may arrive in any order. Everything is kept whole, so that it can be uploaded again
 * after the browser has taken the GPU away.
 */
export class Channels {
  x: Float32Array = new Float32Array(0);
  y: Float32Array = new Float32Array(0);
  maskMode: MaskMode = "grey";
  sizeRange: [number, number] | null = null;
  /** Rows that have a position, and those among them that the mask keeps. */
  placed = 0;
  matching = 0;
  /** Mean square of the sizes, 0..1: how much of the largest dot's area an average dot has. */
  sizeSpread = 0;
  private givenColor: ColorChannel | null = null;
  private givenSizes: Uint8Array | null = null;
  private givenMask: Uint8Array | null = null;
  private activeMask: Uint8Array | null = null;

  get rows(): number {
    return this.x.length;
  }

  get color(): ColorChannel | null {
    return this.givenColor?.codes.length === this.rows ? this.givenColor : null;
  }

  /** 0..255 per row. */
  get sizes(): Uint8Array | null {
    return this.givenSizes?.length === this.rows ? this.givenSizes : null;
  }

  get mask(): Uint8Array | null {
    return this.activeMask;
  }

  setPositions(x: Float32Array, y: Float32Array): void {
    if (x.length !== y.length) {
      throw new RangeError(`setPositions: x has ${x.length} rows but y has ${y.length}; both need one value per row.`);
    }
    this.x = x;
    this.y = y;
    this.count();
  }

  setColor(spec: ColorSpec): void {
    this.givenColor = colorChannel(spec);
  }

  setSize(spec: SizeSpec | null): void {
    this.givenSizes = spec === null ? null : sizeCodes(spec.values, spec.domain);
    this.sizeRange = spec?.range ?? null;
    this.sizeSpread = meanSquare(this.givenSizes);
  }

  setMask(bits: Uint8Array | null, mode: MaskMode): void {
    this.givenMask = bits;
    this.maskMode = mode;
    this.count();
  }

  matches(row: number): boolean {
    return this.activeMask === null || ((this.activeMask[row >> 3] >> (row & 7)) & 1) === 1;
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
    const needed = Math.ceil(this.rows / 8);
    const given = this.givenMask?.length ?? -1;
    // Bits may be padded to whole words.
    this.activeMask = given >= needed && given < needed + 8 ? this.givenMask : null;
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
}

function meanSquare(sizes: Uint8Array | null): number {
  if (sizes === null || sizes.length === 0) return 0;
  let sum = 0;
  for (const size of sizes) sum += size * size;
  return sum / sizes.length / (255 * 255);
}
