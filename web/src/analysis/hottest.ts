/** The words around the strongest place of a text. Pure. */
import type { Grid } from "../heat/grid";
import { oneByOne } from "./laying";

/** Words told on each side. */
const AROUND = 3;

/**
 * The hottest word with those around it; where the heat does not tell words apart, the first few.
 *
 * @param positions How many positions the input has; null: not known.
 */
export function hottestWords(tokens: string[], grid: Grid | null, positions: number | null): { before: string; word: string | null; after: string } {
  const heats = grid && oneByOne(grid, tokens.length, positions);
  if (!heats || tokens.length === 0) return { before: "", word: null, after: tokens.slice(0, 2 * AROUND + 1).join(" ") };
  const at = heats.indexOf(Math.max(...heats));
  const from = Math.max(0, at - AROUND);
  return {
    before: (from > 0 ? "… " : "") + tokens.slice(from, at).join(" "),
    word: tokens[at],
    after: tokens.slice(at + 1, at + 1 + AROUND).join(" ") + (at + 1 + AROUND < tokens.length ? " …" : ""),
  };
}
