/** What a field tells about a metric, in words. Pure. */
import type { Tells } from "../api/dashboards";
import { number, percent, value as show } from "../theme/format";

/** How the metric goes with the field. */
export function shapeOf({ shape, effect, value }: Pick<Tells, "shape" | "effect" | "value">, metric: string): string {
  const by = `${number(Math.abs(effect), 2)} sd`;
  switch (shape) {
    case "rising":
      return `${metric} rises with it, by ${by}`;
    case "falling":
      return `${metric} falls with it, by ${by}`;
    case "curved":
      return `${metric} rises and falls with it, by ${by}`;
    case "groups":
      return value === null ? `${metric} differs between its values` : `${metric} of ${show(value)} is ${by} ${effect < 0 ? "below" : "above"} the rest`;
    case "unclear":
      return `${metric} is spread differently along it; its average hardly moves`;
  }
}

/** Below this an effect may be more than chance. */
export const CERTAIN = 0.05;

/** The p-value, which cannot be less than one in the number of shuffles and one. */
export function chanceOf(p: number, permutations: number): string {
  const least = 1 / (permutations + 1);
  return p <= least * 1.0001 ? `p ≤ ${number(least, 2)}` : `p = ${number(p, 2)}`;
}

/** Share of the metric's entropy. */
export function shareOf(information: number): string {
  return information <= 0 ? "nothing" : percent(information);
}
