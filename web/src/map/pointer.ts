import { diameterOf, diameters } from "./appearance";
import type { Camera } from "./camera";
import type { Channels } from "./channels";
import { MISSING } from "./colors";
import type { Overlay } from "./overlay";
import type { Spatial } from "./spatial";
import type { Stage } from "./stage";
import type { Point } from "./types";

/** How far beside a dot the pointer still means it, in CSS pixels. */
const SLACK = 3.5;

/** Which dot the pointer means, and the ring around it. */
export class Pointer {
  /** The ringed row. */
  row: number | null = null;

  constructor(
    private readonly channels: Channels,
    private readonly spatial: Spatial,
    private readonly camera: Camera,
    private readonly stage: Stage,
    private readonly overlay: Overlay,
  ) {}

  /** The matching row whose dot is under a point of the canvas, or null. */
  pick(screenX: number, screenY: number): number | null {
    if (this.stage.travelling) return null;
    const { channels } = this;
    const { scale } = this.camera;
    const range = this.range();
    const [x, y] = this.camera.toMap(screenX, screenY);
    const reach = (range[1] / 2 + SLACK) / scale;
    return this.spatial.nearest(x, y, reach, (row) => (diameterOf(channels, row, range) / 2 + SLACK) / scale);
  }

  screenOf(row: number): Point | null {
    const { x, y } = this.channels;
    return this.channels.isPlaced(row) ? this.camera.toScreen(x[row], y[row]) : null;
  }

  set(row: number | null): void {
    this.row = row !== null && row < this.channels.rows ? row : null;
    this.place();
  }

  /** Put the ring where its dot is now. */
  place(): void {
    const at = this.row === null ? null : this.screenOf(this.row);
    if (this.row === null || at === null || this.stage.travelling) {
      this.overlay.hideRing();
      return;
    }
    this.overlay.showRing(at[0], at[1], diameterOf(this.channels, this.row, this.range()), this.colorOf(this.row));
  }

  private range(): [number, number] {
    return diameters(this.channels, this.camera.zoom, this.camera.width * this.camera.height);
  }

  private colorOf(row: number): string {
    const { color } = this.channels;
    if (color === null) return this.stage.plainColor;
    const code = color.codes[row];
    if (code === color.missing) return MISSING[this.stage.theme];
    const at = Math.min(code * 4, color.table.length - 4);
    return `rgb(${color.table[at]},${color.table[at + 1]},${color.table[at + 2]})`;
  }
}
