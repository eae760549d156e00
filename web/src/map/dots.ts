/** How large dots are: by their number, the area they share, and the zoom. */

const REFERENCE_AREA = 700_000;
/** Dots grow with the zoom, but far slower than the distances between them. */
const GROWTH = 0.28;
const LARGEST = 13;

/** Diameter in CSS pixels of a dot at zoom 1 among `count` dots on `area` square pixels. */
export function defaultDiameter(count: number, area: number): number {
  const byCount = 7 * (2000 / Math.max(1, count)) ** 0.22;
  const byArea = Math.max(0.3, area / REFERENCE_AREA) ** 0.25;
  return Math.min(9, Math.max(1.6, byCount * byArea));
}

/** Factor by which a dot of that diameter at zoom 1 grows at the given zoom. */
export function zoomGrowth(diameter: number, zoom: number): number {
  const growth = Math.max(0.6, zoom ** GROWTH);
  return zoom <= 1 ? growth : Math.min(growth, Math.max(1, LARGEST / diameter));
}

/** Smallest and largest diameter for dots whose size carries a value, when the caller names none. */
export function defaultRange(count: number, area: number): [number, number] {
  const base = defaultDiameter(count, area);
  const many = Math.min(1, (20_000 / Math.max(1, count)) ** 0.1);
  return [base * 0.85 * many, Math.min(16, (base * 1.3 + 4.5) * many)];
}
