/** Where the camera stands to show the whole map beside what lies over it. */
import type { Bounds } from "../map/types";
import type { Camera } from "./view";

export interface Size {
  width: number;
  height: number;
}

/** Room that the controls, the legend and the tools take, in CSS pixels. */
const INSETS = { left: 224, top: 44, right: 44, bottom: 4 };
/** Share of the stage that a fitted map fills (the rest is margin). */
const FREE = 0.88;

/** Least and greatest place of the dots; null without any. */
export function boundsOf(at: { x: Float32Array; y: Float32Array }): Bounds | null {
  const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (let row = 0; row < at.x.length; row++) {
    const x = at.x[row];
    const y = at.y[row];
    if (x < bounds.minX) bounds.minX = x;
    if (x > bounds.maxX) bounds.maxX = x;
    if (y < bounds.minY) bounds.minY = y;
    if (y > bounds.maxY) bounds.maxY = y;
  }
  return bounds.minX <= bounds.maxX ? bounds : null;
}

/** The camera, with the scale (CSS pixels a map unit) it means; null where the map has no extent. */
export function homeOf(bounds: Bounds, { width, height }: Size): (Camera & { scale: number }) | null {
  const spanX = bounds.maxX - bounds.minX;
  const spanY = bounds.maxY - bounds.minY;
  const wide = width > 640 && height > 320;
  const { left, top, right, bottom } = wide ? INSETS : { left: 0, top: 0, right: 0, bottom: 0 };
  if (!(spanX > 0) || !(spanY > 0) || !(width > 0) || !(height > 0)) return null;
  const whole = Math.min(width / spanX, height / spanY) * FREE;
  const scale = Math.min((width - left - right) / spanX, (height - top - bottom) / spanY) * FREE;
  return {
    x: (bounds.minX + bounds.maxX) / 2 - (left - right) / 2 / scale,
    y: (bounds.minY + bounds.maxY) / 2 + (top - bottom) / 2 / scale,
    zoom: scale / whole,
    scale,
  };
}

/** The part of the map that a home shows: flying to it ends there. */
export function partOf(home: Camera & { scale: number }, { width, height }: Size): Bounds {
  const halfX = (width * FREE) / home.scale / 2;
  const halfY = (height * FREE) / home.scale / 2;
  return { minX: home.x - halfX, maxX: home.x + halfX, minY: home.y - halfY, maxY: home.y + halfY };
}

/** Whether two cameras look at the same place, to the eye. */
export function near(a: Camera, b: Camera): boolean {
  return Math.abs(a.zoom / b.zoom - 1) < 2e-3 && Math.hypot(a.x - b.x, a.y - b.y) * Math.max(a.zoom, b.zoom) < 2e-3 * (1 + Math.hypot(b.x, b.y));
}
