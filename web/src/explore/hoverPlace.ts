const WIDTH = 300;
const HEIGHT = 150;

/** Beside the pointer: right of it, or left where the map ends. */
export function placeOf(x: number, y: number, width: number, height: number): string {
  const top = Math.round(Math.max(8, Math.min(y - 24, height - HEIGHT)));
  return x + 18 + WIDTH > width ? `translate(${Math.round(x - 14)}px, ${top}px) translateX(-100%)` : `translate(${Math.round(x + 18)}px, ${top}px)`;
}
