/** Bringing a map to what a visual shows: pixels, tokens, points of a curve, bars. Pure. */
import { enlarge, type Grid } from "../heat/grid";
import type { Reading } from "./targets";

/** The most pixels an overlay is drawn with; a larger picture's overlay is stretched. */
const MOST_PIXELS = 2 ** 20;

/** The size of an overlay over a picture: its own pixels, unless they are too many. */
export function overlaySize(width: number, height: number, most = MOST_PIXELS): { width: number; height: number } {
  const shrink = Math.min(1, Math.sqrt(most / (width * height)));
  return { width: Math.max(1, Math.round(width * shrink)), height: Math.max(1, Math.round(height * shrink)) };
}

/** One side of a signed map; the other side counts for nothing. */
export function read(grid: Grid, reading: Reading): Grid {
  if (reading === "whole") return grid;
  const keep = reading === "raises" ? (value: number) => Math.max(0, value) : (value: number) => Math.min(0, value);
  return { shape: grid.shape, values: grid.values.map(keep) };
}

/** A map as rows of cells, for a drawing without a visual: one axis is one row; null: more than two axes. */
export function asRows(grid: Grid): Grid | null {
  if (grid.shape.length === 2) return grid;
  return grid.shape.length === 1 ? { shape: [1, grid.shape[0]], values: grid.values } : null;
}

/** Slices of a volume along its first axis, spread over all of them; none: it is no volume. */
export function slicesOf({ shape, values }: Grid, most: number): { at: number; plane: Grid }[] {
  if (shape.length !== 3) return [];
  const [depth, height, width] = shape;
  const shown = Math.min(depth, most);
  return Array.from({ length: shown }, (_, place) => {
    const at = Math.floor(((place + 0.5) * depth) / shown);
    return { at, plane: { shape: [height, width], values: values.subarray(at * height * width, (at + 1) * height * width) } };
  });
}

/**
 * The tokens to show where there is room for `room` of them: those around which most of the heat is.
 *
 * @returns Place of the first, and one past the last.
 */
export function excerpt(heats: number[], room: number): [number, number] {
  const width = Math.min(room, heats.length);
  const sumOf = (from: number) => heats.slice(from, from + width).reduce((sum, heat) => sum + Math.abs(heat), 0);
  let best = 0;
  let most = sumOf(0);
  for (let from = 1, sum = most; from + width <= heats.length; from++) {
    sum += Math.abs(heats[from + width - 1]) - Math.abs(heats[from - 1]);
    if (sum > most * 1.0001) [best, most] = [from, sum];
  }
  return [best, best + width];
}

/**
 * The heat of each of `count` things that stand for the positions of an input one by one, such as tokens or bars.
 *
 * @param positions How many positions the input has; null: not known.
 * @returns null where they do not stand for the positions: fewer or more of them.
 */
export function oneByOne(grid: Grid, count: number, positions: number | null): number[] | null {
  if (grid.shape.length !== 1 || count !== (positions ?? grid.shape[0])) return null;
  return [...enlarge(grid, [count]).values];
}

/** The heat of each point of each curve: of its own where the map tells curves apart, else of all of them. */
export function alongCurves(grid: Grid, curves: number, points: number): number[][] {
  const [first, second] = grid.shape;
  if (second === curves && grid.shape.length === 2) {
    const { values } = enlarge(grid, [points, curves]);
    return Array.from({ length: curves }, (_, curve) => Array.from({ length: points }, (_, point) => values[point * curves + curve]));
  }
  if (first === curves && grid.shape.length === 2) {
    const { values } = enlarge(grid, [curves, points]);
    return Array.from({ length: curves }, (_, curve) => [...values.subarray(curve * points, (curve + 1) * points)]);
  }
  const inner = second ?? 1;
  const means = Float32Array.from({ length: first }, (_, at) => {
    const part = grid.values.subarray(at * inner, (at + 1) * inner);
    return part.reduce((sum, value) => sum + value, 0) / inner;
  });
  const all = [...enlarge({ shape: [first], values: means }, [points]).values];
  return Array.from({ length: curves }, () => all);
}
