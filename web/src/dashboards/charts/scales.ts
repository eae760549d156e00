/** Axes: ends at round numbers, room for their words. */

/** Average width of a character of chart text, in CSS pixels. */
const CHARACTER = 6;

export function widthOf(text: string): number {
  return text.length * CHARACTER;
}

/** A text that fits a width in CSS pixels, its end given up for an ellipsis. */
export function fit(text: string, width: number): string {
  const most = Math.max(1, Math.floor(width / CHARACTER));
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1))}…`;
}

/** The ends of an axis that hold all values, at multiples of a round step; with `zero` they hold zero too. */
export function extent(values: Iterable<number | null | undefined>, zero: boolean): { min: number; max: number; interval: number } {
  let low = zero ? 0 : Infinity;
  let high = zero ? 0 : -Infinity;
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return { min: 0, max: 1, interval: 0.5 };
  if (low === high) {
    const room = Math.abs(low) / 2 || 1;
    [low, high] = zero ? [Math.min(0, low), Math.max(0, high) || 1] : [low - room, high + room];
  }
  const interval = roundStep((high - low) / 4);
  return { min: tidy(Math.floor(low / interval + 1e-9) * interval), max: tidy(Math.ceil(high / interval - 1e-9) * interval), interval };
}

/** The smallest of 1, 2, 2.5 and 5 × 10^k that is at least `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 2.5, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return tidy(step * power);
}

/** Without the dust of binary fractions. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
