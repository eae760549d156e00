/** Grids of heat: the numbers of a heat map over the positions of an input. */
import type { HeatMap } from "../api/types";

export interface Grid {
  /** Positions along each axis; they cover the whole input. */
  shape: number[];
  /** Row by row. */
  values: Float32Array;
}

/** The grid of a heat map as the server sends it: base64 of little-endian float32. */
export function decodeGrid({ shape, values }: Pick<HeatMap, "shape" | "values">): Grid {
  const text = atob(values);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  const view = new DataView(bytes.buffer);
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== count * 4) throw new Error(`A heat map of ${shape.join(" × ")} positions came with ${bytes.length} bytes.`);
  return { shape, values: Float32Array.from({ length: count }, (_, at) => view.getFloat32(at * 4, true)) };
}

/**
 * The grid at another number of positions, linear along each axis. Cells of both cover the same whole, as pixels of a
 * picture do; the same rule as the server's (analysis/attribution/fusing.py).
 */
export function enlarge(grid: Grid, shape: number[]): Grid {
  return shape.reduce((before, size, axis) => along(before, axis, size), grid);
}

function along({ shape, values }: Grid, axis: number, size: number): Grid {
  const count = shape[axis];
  if (count === size) return { shape, values };
  const inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  const outer = shape.slice(0, axis).reduce((product, n) => product * n, 1);
  const result = new Float32Array(outer * size * inner);
  for (let to = 0; to < size; to++) {
    const at = Math.min(count - 1, Math.max(0, ((to + 0.5) * count) / size - 0.5));
    const low = Math.floor(at);
    const high = Math.min(low + 1, count - 1);
    const share = at - low;
    for (let block = 0; block < outer; block++) {
      const from = block * count * inner;
      const into = (block * size + to) * inner;
      for (let place = 0; place < inner; place++) {
        result[into + place] = values[from + low * inner + place] * (1 - share) + values[from + high * inner + place] * share;
      }
    }
  }
  return { shape: shape.map((n, at) => (at === axis ? size : n)), values: result };
}

/** The greatest magnitude in some grids: what the strongest colour stands for when they share a scale. */
export function strongest(grids: Grid[]): number {
  let most = 0;
  for (const { values } of grids) for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
