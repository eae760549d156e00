/** What deletion and insertion curves say, in words. Pure. */
import type { Faithfulness } from "../api/types";
import { number } from "../theme/format";

/** A gain below this share of the target's range is no more than chance. */
const LEAST = 0.02;

/** One sentence for each curve. The gains are areas over shares of the input from 0 to 1: mean differences of the target. */
export function verdicts({ deletion, insertion, deletion_gain: deleted, insertion_gain: inserted }: Pick<Faithfulness, "deletion" | "insertion" | "deletion_gain" | "insertion_gain">): [string, string] {
  const values = [...deletion, ...insertion];
  const range = Math.max(...values) - Math.min(...values);
  const clear = (gain: number) => Math.abs(gain) > LEAST * range;
  return [
    !clear(deleted)
      ? "Deleting what it marks changes the target as deleting at random does."
      : deleted > 0
        ? `Deleting what it marks lowers the target faster than chance: by ${told(deleted)} on average.`
        : `Deleting what it marks keeps the target higher than chance does, by ${told(deleted)} on average: the map marks what the target does not rest on.`,
    !clear(inserted)
      ? "Inserting what it marks changes the target as inserting at random does."
      : inserted > 0
        ? `Inserting what it marks raises the target faster than chance: by ${told(inserted)} on average.`
        : `Inserting what it marks raises the target slower than chance, by ${told(inserted)} on average.`,
  ];
}

function told(gain: number): string {
  return number(Math.abs(gain), 2);
}
