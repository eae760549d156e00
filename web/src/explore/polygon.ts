/** Polygons drawn by hand, brought to the few corners that tell their shape. */
import type { Point } from "./view";
import { short } from "./viewUrl";

const MAX_CORNERS = 120;

/** Leave out corners until the shape would change visibly (Visvalingam–Whyatt: smallest triangle first). */
export function simplify(polygon: Point[]): Point[] {
  const corners = polygon.map(([x, y]): Point => [Number(short(x)), Number(short(y))]);
  const size = area(bounds(corners));
  while (corners.length > 3) {
    let smallest = Infinity;
    let at = -1;
    for (let i = 0; i < corners.length; i++) {
      const previous = corners[(i + corners.length - 1) % corners.length];
      const weight = triangle(previous, corners[i], corners[(i + 1) % corners.length]);
      if (weight < smallest) [smallest, at] = [weight, i];
    }
    if (corners.length <= MAX_CORNERS && smallest > size * 2e-5) break;
    corners.splice(at, 1);
  }
  return corners;
}

/** The rectangle between two corners. */
export function rectangle([x0, y0]: Point, [x1, y1]: Point): Point[] {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

function bounds(corners: Point[]): [Point, Point] {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return [
    [Math.min(...xs), Math.min(...ys)],
    [Math.max(...xs), Math.max(...ys)],
  ];
}

function area([[x0, y0], [x1, y1]]: [Point, Point]): number {
  return (x1 - x0) * (y1 - y0);
}

function triangle([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
}
