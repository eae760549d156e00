import type { Bounds, CameraState, Point } from "./types";

/** Share of the viewport that a fitted map leaves free on each side. */
const MARGIN = 0.06;
const MIN_ZOOM = 0.2;
/** float32 coordinates have 24 bits: beyond this the dots themselves lie on a visible lattice. */
const MAX_ZOOM = 2 ** 18;

/**
 * Where the map is seen from, in double precision.
 *
 * Map coordinates have y upwards; screen coordinates are CSS pixels from the top left corner of the
 * canvas with y downwards. `zoom` 1 shows the whole map, whatever the size of the viewport.
 */
export class Camera {
  x = 0;
  y = 0;
  zoom = 1;
  width = 1;
  height = 1;
  private bounds: Bounds = { minX: -1, minY: -1, maxX: 1, maxY: 1 };

  get state(): CameraState {
    return { x: this.x, y: this.y, zoom: this.zoom };
  }

  /** Take a state that may come from a link: parts that are not finite are ignored. */
  set state(state: CameraState) {
    if (Number.isFinite(state.x)) this.x = state.x;
    if (Number.isFinite(state.y)) this.y = state.y;
    if (Number.isFinite(state.zoom) && state.zoom > 0) this.zoom = clampZoom(state.zoom);
  }

  /** CSS pixels per map unit at zoom 1. */
  get fitScale(): number {
    const { minX, minY, maxX, maxY } = this.bounds;
    const free = 1 - 2 * MARGIN;
    const spanX = maxX - minX;
    const spanY = maxY - minY;
    const scaleX = spanX > 0 ? (this.width * free) / spanX : Infinity;
    const scaleY = spanY > 0 ? (this.height * free) / spanY : Infinity;
    const scale = Math.min(scaleX, scaleY);
    return Number.isFinite(scale) && scale > 0 ? scale : Math.min(this.width, this.height) * free;
  }

  /** CSS pixels per map unit. */
  get scale(): number {
    return this.fitScale * this.zoom;
  }

  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
  }

  setBounds(bounds: Bounds): void {
    this.bounds = bounds;
  }

  /** The state that shows the whole map. */
  fitState(): CameraState {
    const { minX, minY, maxX, maxY } = this.bounds;
    return { x: minX / 2 + maxX / 2, y: minY / 2 + maxY / 2, zoom: 1 };
  }

  /** The state that shows the given part of the map with a margin. */
  stateFor(part: Bounds): CameraState {
    const free = 1 - 2 * MARGIN;
    const scale = Math.min(
      (this.width * free) / Math.max(part.maxX - part.minX, 1e-30),
      (this.height * free) / Math.max(part.maxY - part.minY, 1e-30),
    );
    return {
      x: part.minX / 2 + part.maxX / 2,
      y: part.minY / 2 + part.maxY / 2,
      zoom: clampZoom(scale / this.fitScale),
    };
  }

  toScreen(x: number, y: number): Point {
    const scale = this.scale;
    return [(x - this.x) * scale + this.width / 2, (this.y - y) * scale + this.height / 2];
  }

  toMap(screenX: number, screenY: number): Point {
    const scale = this.scale;
    return [this.x + (screenX - this.width / 2) / scale, this.y - (screenY - this.height / 2) / scale];
  }

  panBy(dx: number, dy: number): void {
    const scale = this.scale;
    this.x -= dx / scale;
    this.y += dy / scale;
  }

  /** Zoom by a factor while the map point under the given screen point stays where it is. */
  zoomAt(factor: number, screenX: number, screenY: number): void {
    const [x, y] = this.toMap(screenX, screenY);
    this.zoom = clampZoom(this.zoom * factor);
    const scale = this.scale;
    this.x = x - (screenX - this.width / 2) / scale;
    this.y = y + (screenY - this.height / 2) / scale;
  }

  /** The part of the map seen, widened on every side by `padding` CSS pixels. */
  visible(padding = 0): Bounds {
    const [minX, maxY] = this.toMap(-padding, -padding);
    const [maxX, minY] = this.toMap(this.width + padding, this.height + padding);
    return { minX, minY, maxX, maxY };
  }
}

export function clampZoom(zoom: number): number {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
}

/**
 * The camera at time t (0..1) of a flight: zoom changes by equal factors, and the centre moves so that
 * the flight heads straight for its goal on the screen.
 */
export function between(from: CameraState, to: CameraState, t: number): CameraState {
  if (t <= 0) return from;
  if (t >= 1) return to;
  const eased = t * t * (3 - 2 * t);
  const zoom = from.zoom * (to.zoom / from.zoom) ** eased;
  const ratio = to.zoom / from.zoom;
  const share = Math.abs(Math.log(ratio)) < 1e-6 ? eased : (1 - from.zoom / zoom) / (1 - 1 / ratio);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share, zoom };
}

/** Split a double into two float32 parts whose sum is it to 48 bits. */
export function splitDouble(value: number): [number, number] {
  const high = Math.fround(value);
  return [high, value - high];
}
