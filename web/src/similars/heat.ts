/** Heat maps of similarity: in what portions they are asked for, and which of the answer's is shown. Pure. */
import type { HeatMap } from "../api/types";
import { decodeGrid, type Grid } from "../heat/grid";

export const FIRST_PORTION = 4;
const MOST_PORTION = 16;
/** A portion that takes longer keeps other questions waiting. */
const MOST_SECONDS = 0.6;

/** The next rows to ask for: of one subset, as the first of those left; in their order. */
export function nextPortion(left: number[], subsetOf: (row: number) => unknown, size: number): number[] {
  return left.filter((row) => subsetOf(row) === subsetOf(left[0])).slice(0, size);
}

/** How many to ask for, after a portion that took `seconds`. */
export function nextSize(size: number, seconds: number): number {
  return seconds > MOST_SECONDS ? Math.max(1, size >> 1) : Math.min(MOST_PORTION, size * 2);
}

/** The heat map of a sample that is shown: over what looks like a picture, of all depths where there are several. */
export function shownMap(maps: HeatMap[]): Grid | null {
  const best = maps.reduce<HeatMap | null>((before, map) => (before === null || rank(map) <= rank(before) ? map : before), null);
  return best && best.shape.length <= 2 ? decodeGrid(best) : null;
}

/** How well a heat map fits what is shown; less is better. */
function rank({ shape, layer }: HeatMap): number {
  return (shape.length === 2 ? 0 : shape.length === 1 ? 2 : 4) + (layer === "fused" ? 0 : 1);
}
