/** Paints charts a few at a time, so that many of them never hold the page for long. */

/** How long one frame may paint, in milliseconds. */
const BUDGET = 24;

const waiting = new Map<object, () => void>();
let frame = 0;

/** Paint when there is time; a newer painting of the same owner takes the place of one that waits. */
export function paintSoon(owner: object, paint: () => void): void {
  waiting.set(owner, paint);
  if (frame === 0) frame = requestAnimationFrame(work);
}

export function forget(owner: object): void {
  waiting.delete(owner);
}

function work(): void {
  const end = performance.now() + BUDGET;
  for (const [owner, paint] of waiting) {
    waiting.delete(owner);
    paint();
    if (performance.now() > end) break;
  }
  frame = waiting.size > 0 ? requestAnimationFrame(work) : 0;
}
