import { enlarge, type Grid } from "./grid";
import { type RampName, SIGNED, UNSIGNED } from "./ramps";

export interface Style {
  /** Both signs in their own colours; else only what speaks for the target, in `ramp`. */
  signed: boolean;
  ramp: RampName;
  /** The heat that gets the strongest colour. */
  most: number;
}

/** The pixels of a grid of two axes, `width` × `height`, red, green, blue and opacity each. */
export function pixels(grid: Grid, width: number, height: number, { signed, ramp, most }: Style): Uint8ClampedArray<ArrayBuffer> {
  const { values } = enlarge(grid, [height, width]);
  const image = new Uint8ClampedArray(values.length * 4);
  if (!(most > 0)) return image;
  const above = signed ? SIGNED.above : UNSIGNED[ramp];
  for (let at = 0; at < values.length; at++) {
    const share = values[at] / most;
    if (!(share > 0 || (signed && share < 0))) continue;
    const colors = share > 0 ? above : SIGNED.below;
    const step = 4 * Math.round(Math.min(1, Math.abs(share)) * (colors.length / 4 - 1));
    for (let part = 0; part < 4; part++) image[at * 4 + part] = colors[step + part];
  }
  return image;
}

/** Paint a grid of two axes over the whole of a canvas. */
export function paint(canvas: HTMLCanvasElement, grid: Grid, style: Style): void {
  const { width, height } = canvas;
  canvas.getContext("2d")?.putImageData(new ImageData(pixels(grid, width, height, style), width, height), 0, 0);
}
