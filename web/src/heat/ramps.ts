/**
 * Colours of heat over a picture: the stronger, the less of the picture shows through; what counts for nothing is
 * clear. They are the same in both themes, as the picture is.
 */
import { sequential } from "../theme/ramps";

type Color = [red: number, green: number, blue: number];

/** Colours for the shares 0 … 1 of the strongest heat: red, green, blue and opacity (0..255), one after another. */
export type Ramp = Uint8ClampedArray;

const STEPS = 256;

/** What speaks for a target. */
export const RAISES: Color = [255, 130, 30];
/** What speaks against it. */
export const LOWERS: Color = [50, 130, 255];

/** Ramps for heat that only speaks for its target, by name. */
export const UNSIGNED = { glow: ramp(sequential("dark").map(rgb)), orange: ramp([RAISES]), green: ramp([[40, 230, 120]]) } as const;
export type RampName = keyof typeof UNSIGNED;

/** The two halves of signed heat; blue and orange are told apart by all eyes. */
export const SIGNED = { above: UNSIGNED.orange, below: ramp([LOWERS]) } as const;

function ramp(colors: Color[]): Ramp {
  const made = new Uint8ClampedArray(STEPS * 4);
  for (let step = 0; step < STEPS; step++) {
    const share = step / (STEPS - 1);
    made.set(colors[Math.round(share * (colors.length - 1))], step * 4);
    made[step * 4 + 3] = 255 * share;
  }
  return made;
}

function rgb(hex: string): Color {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
