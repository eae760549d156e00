import { useMemo } from "react";
import type { HeatMap } from "../api/types";
import { type Grid, strongest } from "../heat/grid";
import type { Style } from "../heat/paint";
import { read } from "./laying";
import { gridOf, type Told } from "./maps";
import type { Analysis } from "./state";
import type { Choice } from "./targets";

export interface Heat extends Style {
  grid: Grid;
  /** Strength over what it lies on, 0..1; 0 = hidden. */
  opacity: number;
}

/**
 * How a map is painted: a side of a signed one in that side's colour.
 *
 * @param most The heat of the strongest colour; null = the strongest of this map.
 */
export function useHeat(map: HeatMap, choice: Choice, told: Told, analysis: Analysis, most: number | null): Heat {
  const grid = useMemo(() => read(gridOf(map), choice.reading), [map, choice.reading]);
  const own = useMemo(() => strongest([grid]), [grid]);
  return { grid, signed: told.answer.signed, ramp: analysis.ramp, most: most ?? own, opacity: analysis.overlay ? analysis.opacity : 0 };
}
