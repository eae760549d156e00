/** What a group has in common, in words. Pure. */
import type { TellingField } from "../api/types";
import { number, percent, value as show } from "../theme/format";

export interface Telling {
  /** `brightness is 1.8 σ higher`, `label is 7 for 96 %`. */
  text: string;
  /** Against what. */
  rest: string;
}

/** A field that tells the group from the rest, with its direction and size. */
export function tellingWords({ field, inside, outside, share_inside: share, share_outside: elsewhere, effect }: TellingField): Telling {
  if (share === null || elsewhere === null)
    return {
      text: `${field} is ${number(Math.abs(effect), 2)} σ ${effect < 0 ? "lower" : "higher"}`,
      rest: `mean ${number(inside as number, 3)}, rest ${number(outside, 3)}`,
    };
  return { text: `${field} is ${show(inside)} for ${percent(share)}`, rest: `rest ${percent(elsewhere)}` };
}

const ALIKE = 0.1;

/** The group's mean loss against the population's; which way it differs, where it does. */
export function lossWords(group: number, population: number): { text: string; worse: boolean | null } {
  if (population <= 0 || Math.abs(group / population - 1) < ALIKE) return { text: "about as overall", worse: null };
  const ratio = group / population;
  if (ratio >= 2) return { text: `${number(ratio, 2)} × overall`, worse: true };
  return { text: `${percent(Math.abs(ratio - 1))} ${ratio > 1 ? "higher" : "lower"} than overall`, worse: ratio > 1 };
}
