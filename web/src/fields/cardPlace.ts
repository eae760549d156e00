import type { Side } from "./fieldHover";

/** Width of the card in CSS pixels, and the most it is high. */
export const WIDTH = 272;
export const HEIGHT = 260;
const GAP = 8;

interface Size {
  width: number;
  height: number;
}

/** Where the card stands in CSS pixels: beside a name (right of it where there is room, else left) or below it, wholly on the screen. */
export function cardPlace(box: Pick<DOMRect, "left" | "right" | "top" | "bottom">, side: Side, screen: Size): { left: number; top: number; width: number } {
  const within = (left: number) => Math.max(GAP, Math.min(left, screen.width - WIDTH - GAP));
  if (side === "below") return { left: within(box.left), top: Math.min(box.bottom + 4, screen.height - HEIGHT - GAP), width: WIDTH };
  const right = box.right + GAP + WIDTH <= screen.width;
  return {
    left: within(right ? box.right + GAP : box.left - GAP - WIDTH),
    top: Math.max(GAP, Math.min(box.top - 4, screen.height - HEIGHT - GAP)),
    width: WIDTH,
  };
}
