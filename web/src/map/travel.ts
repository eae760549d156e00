/** Dots on their way from an old map's places to a new one's. */

export const TRAVEL_MS = 700;

export type Travel = { x: Float32Array; y: Float32Array; start: number };

type Seen = { x: number; y: number; scale: number };

/**
 * The places from which dots start: where they are on the screen now, in coordinates of the new map under
 * its camera. A dot that had no place appears where it belongs.
 */
export function travelFrom(
  old: { x: Float32Array; y: Float32Array; from: Seen },
  next: { x: Float32Array; y: Float32Array; to: Seen },
  start: number,
): Travel {
  const factor = old.from.scale / next.to.scale;
  const shift = (was: Float32Array, center: number, now: number, goal: Float32Array) =>
    was.map((value, row) => (Number.isFinite(value) ? (value - center) * factor + now : goal[row]));
  return {
    x: shift(old.x, old.from.x, next.to.x, next.x),
    y: shift(old.y, old.from.y, next.to.y, next.y),
    start,
  };
}

/** Share of the way behind a dot, 0..1, smooth at both ends. */
export function travelled(travel: Travel, now: number): number {
  const t = Math.min(1, Math.max(0, (now - travel.start) / TRAVEL_MS));
  return t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2;
}
