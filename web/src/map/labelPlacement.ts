import type { ScreenBox } from "./types";

/** Placing names on the map: greatest weight first, none over another. Pure geometry. */

export type LabelBox = {
  /** Where the label points to, in CSS pixels on the screen. */
  x: number;
  y: number;
  width: number;
  height: number;
  weight: number;
};

export type PlacedLabel = {
  index: number;
  /** Top left corner. */
  left: number;
  top: number;
};

const GAP = 4;
/** A label that was shown stays so unless a clearly heavier one needs its place. */
const LOYALTY = 1.5;

/**
 * Choose which labels to show and where.
 *
 * Each label is tried centred on its anchor, then above, below, right and left of it; it is left out when
 * all of these places are taken, covered or leave the viewport.
 */
export function placeLabels(
  labels: readonly LabelBox[],
  viewport: { width: number; height: number },
  most: number,
  shown: ReadonlySet<number> = new Set(),
  covered: readonly ScreenBox[] = [],
): PlacedLabel[] {
  const rank = (i: number) => labels[i].weight * (shown.has(i) ? LOYALTY : 1);
  const indices = labels.map((_, i) => i).sort((a, b) => rank(b) - rank(a) || a - b);
  const placed: (PlacedLabel & { right: number; bottom: number })[] = [];
  for (const index of indices) {
    if (placed.length >= most) break;
    const { x, y, width, height } = labels[index];
    if (x < 0 || y < 0 || x > viewport.width || y > viewport.height) continue;
    const places = [
      [0, 0],
      [0, -0.8 * height],
      [0, 0.8 * height],
      [0.35 * width, 0],
      [-0.35 * width, 0],
    ];
    for (const [dx, dy] of places) {
      const left = x - width / 2 + dx;
      const top = y - height / 2 + dy;
      const box = { index, left, top, right: left + width, bottom: top + height };
      if (left < 0 || top < 0 || box.right > viewport.width || box.bottom > viewport.height) continue;
      if (placed.some((other) => overlap(other, box)) || covered.some((other) => overlap(other, box))) continue;
      placed.push(box);
      break;
    }
  }
  return placed.map(({ index, left, top }) => ({ index, left, top }));
}

export function overlap(a: ScreenBox, b: ScreenBox): boolean {
  return a.left < b.right + GAP && b.left < a.right + GAP && a.top < b.bottom + GAP && b.top < a.bottom + GAP;
}
