import { diameterOf } from "./appearance";
import { Camera } from "./camera";
import { Channels } from "./channels";
import { MISSING } from "./colors";
import { Events } from "./events";
import { Gestures } from "./gestures";
import { LabelLayer } from "./labelLayer";
import { Motion, prefersStillness } from "./motion";
import { Overlay } from "./overlay";
import { simplify } from "./polygon";
import { Spatial } from "./spatial";
import { diametersNow, Stage, type Travel } from "./stage";
import type {
  Bounds,
  CameraState,
  ColorSpec,
  MapEvents,
  MapLabel,
  MapOptions,
  MapStats,
  MaskMode,
  Mode,
  Point,
  PositionOptions,
  SizeSpec,
  Theme,
} from "./types";

const FLIGHT_MS = 320;
const TRAVEL_ROWS = 100_000;
const INDEX_MS = 8;
/** How far beside a dot the pointer still means it, in CSS pixels. */
const PICK_SLACK = 3.5;
const LASSO_TOLERANCE = 0.75;

/**
 * Every sample of a population as a dot, drawn with WebGL2.
 *
 * Each setter replaces one channel and leaves the others where they are. Drawing happens in the next
 * frame; `on("settled")` tells when the whole picture is there. Call `destroy` when done.
 */
export class PopulationMap {
  private readonly view = new Camera();
  private readonly motion = new Motion(this.view);
  private readonly channels = new Channels();
  private readonly spatial = new Spatial(this.channels);
  private readonly events = new Events();
  private readonly stage: Stage;
  private readonly overlay: Overlay;
  private readonly labels: LabelLayer;
  private readonly gestures: Gestures;
  private readonly resize: ResizeObserver | null;
  private hovered: number | null = null;
  private frameRequest = 0;
  private destroyed = false;
  private settled = true;
  private moved = false;
  private resting = false;
  private placedAt: number | null = null;
  private firstFrameMs: number | null = null;

  /** `overlay`: an element that covers the canvas exactly; names, ring and lasso go there. */
  constructor(canvas: HTMLCanvasElement, overlay: HTMLElement, options: MapOptions = {}) {
    this.overlay = new Overlay(overlay, options.theme ?? "light");
    this.labels = new LabelLayer(overlay, options.theme ?? "light");
    this.stage = new Stage(canvas, this.channels, this.spatial, this.view, options, () => this.wake());
    this.stage.onFrame = () => this.framed();
    this.gestures = new Gestures(canvas, {
      pan: (dx, dy) => this.moveCamera(() => this.view.panBy(dx, dy)),
      zoom: (factor, x, y, smooth) => {
        this.motion.zoom(factor, x, y, smooth, performance.now());
        this.cameraMoved();
      },
      hover: (x, y) => this.hoverAt(x, y),
      leave: () => this.endHover(),
      click: (x, y, keys) => this.events.emit("click", { row: this.pick(x, y), x, y, ...keys }),
      outline: (path) => this.overlay.showPath(path),
      outlined: (path, keys) => this.outlined(path, keys),
      fit: () => this.fit(),
    });
    this.gestures.mode = options.mode ?? "pan";
    this.resize = typeof ResizeObserver === "function" ? new ResizeObserver(() => this.resized()) : null;
    this.resize?.observe(canvas);
    this.stage.fit();
    if (!this.stage.available) {
      this.overlay.showMessage(
        "The map cannot be drawn: this browser offers no WebGL 2.",
        "Turn on hardware acceleration in the browser's settings, or open the page in a current Chrome, Edge, Firefox or Safari.",
      );
    }
  }

  /** Listen to an event; returns the function that stops it. */
  on<K extends keyof MapEvents>(name: K, listener: (event: MapEvents[K]) => void): () => void {
    return this.events.on(name, listener);
  }

  /**
   * Place the dots; one value per row in both, NaN for a row that is not on this map.
   *
   * Positions for another number of rows belong to other samples: colours, sizes, mask and selection are
   * dropped then.
   */
  setPositions(x: Float32Array, y: Float32Array, options: PositionOptions = {}): void {
    const sameRows = x.length === this.channels.rows;
    const old = { x: this.channels.x, y: this.channels.y, cx: this.view.x, cy: this.view.y, scale: this.view.scale };
    this.placedAt = performance.now();
    this.firstFrameMs = null;
    this.channels.setPositions(x, y);
    this.stage.bounds = this.channels.bounds();
    this.view.setBounds(this.stage.bounds);
    this.motion.halt();
    if (options.camera !== "keep") this.view.state = this.view.fitState();
    this.spatial.reset();
    const travels = sameRows && options.animate !== false && x.length <= TRAVEL_ROWS && !prefersStillness();
    this.stage.placed(travels ? this.travelFrom(old) : null);
    if (!sameRows) {
      this.stage.colored();
      this.stage.sized();
      this.stage.select(new Uint32Array(0));
    }
    this.endHover();
    this.cameraMoved();
  }

  setColor(spec: ColorSpec): void {
    this.channels.setColor(spec);
    this.stage.colored();
    this.placeRing();
  }

  /** Let sizes carry a value; null: all dots alike. */
  setSize(spec: SizeSpec | null): void {
    this.channels.setSize(spec);
    this.stage.sized();
    this.placeRing();
  }

  /** Tell matching rows from others by their bits (least significant first); null: all match. */
  setMask(bits: Uint8Array | null, mode: MaskMode = "grey"): void {
    this.channels.setMask(bits, mode);
    this.stage.reordered();
    if (this.hovered !== null && !this.channels.matches(this.hovered)) this.endHover();
  }

  /** Draw these rows above all others, ringed, and let the others step back if they are several. */
  setSelection(rows: Uint32Array): void {
    this.stage.select(rows);
  }

  /** Ring a row's dot (null: none); emits nothing. */
  setHovered(row: number | null): void {
    this.hovered = row !== null && row < this.channels.rows ? row : null;
    this.placeRing();
  }

  setLabels(labels: readonly MapLabel[]): void {
    this.labels.set(labels);
    this.labels.update(this.view, true);
  }

  setTheme(theme: Theme): void {
    this.overlay.setTheme(theme);
    this.labels.setTheme(theme);
    this.stage.setTheme(theme);
  }

  /** What a drag does. In mode "pan", shift-drag draws a lasso and shift-alt-drag a box. */
  setMode(mode: Mode): void {
    this.gestures.mode = mode;
    this.stage.canvas.style.cursor = mode === "pan" ? "" : "crosshair";
  }

  /** Show the whole map. */
  fit(): void {
    this.fly(this.view.fitState());
  }

  /** Fly to a row's dot, or until the given part of the map fills the view. */
  zoomTo(what: number | Bounds): void {
    if (typeof what !== "number") {
      this.fly(this.view.stateFor(what));
      return;
    }
    const { x, y, placed } = this.channels;
    if (!this.channels.isPlaced(what)) return;
    // Close enough that about a thousand dots share the view with it.
    const close = Math.max(2, Math.sqrt(placed / 1000));
    this.fly({ x: x[what], y: y[what], zoom: Math.max(this.view.zoom, close) });
  }

  get camera(): CameraState {
    return this.view.state;
  }

  set camera(state: CameraState) {
    this.moveCamera(() => {
      this.view.state = state;
    });
  }

  /** The matching row whose dot is under a point of the canvas (CSS pixels), or null. */
  pick(screenX: number, screenY: number): number | null {
    if (this.stage.travelling) return null;
    const { scale } = this.view;
    const range = diametersNow(this.channels, this.view);
    const [x, y] = this.view.toMap(screenX, screenY);
    const reach = (range[1] / 2 + PICK_SLACK) / scale;
    return this.spatial.nearest(x, y, reach, (row) => (diameterOf(this.channels, row, range) / 2 + PICK_SLACK) / scale);
  }

  /** Where a row's dot is on the canvas, in CSS pixels; null when it has no position. */
  screenOf(row: number): Point | null {
    return this.channels.isPlaced(row) ? this.view.toScreen(this.channels.x[row], this.channels.y[row]) : null;
  }

  /** The matching rows inside a polygon in map coordinates (even-odd), ascending. */
  rowsInside(polygon: readonly Point[]): Uint32Array {
    return this.spatial.inside(polygon);
  }

  /** The picture (without names) as a PNG with a transparent background. */
  async toBlob(): Promise<Blob | null> {
    this.stage.showNow();
    return new Promise((resolve) => {
      this.stage.canvas.toBlob(resolve);
    });
  }

  /** RGBA of a rectangle of device pixels, origin at the bottom left (for tests). */
  readPixels(x: number, y: number, width: number, height: number): Uint8Array {
    return this.stage.readPixels(x, y, width, height);
  }

  stats(): MapStats {
    return {
      webgl: this.stage.available,
      software: this.stage.software,
      rows: this.channels.rows,
      placed: this.channels.placed,
      matching: this.channels.matching,
      selected: this.stage.selected,
      ...this.stage.progress,
      settled: this.settled,
      indexReady: this.spatial.grid !== null,
      firstFrameMs: this.firstFrameMs,
      contextLost: this.stage.contextLost,
    };
  }

  /** Stop and free the GPU's memory; the canvas may be given to another map. */
  destroy(): void {
    this.destroyed = true;
    cancelAnimationFrame(this.frameRequest);
    this.resize?.disconnect();
    this.gestures.destroy();
    this.stage.destroy();
    this.overlay.destroy();
    this.labels.destroy();
    this.events.clear();
  }

  private wake(): void {
    if (this.destroyed || this.frameRequest !== 0) return;
    this.settled = false;
    this.frameRequest = requestAnimationFrame(() => this.tick());
  }

  private tick(): void {
    this.frameRequest = 0;
    const now = performance.now();
    if (this.motion.step(now)) this.moved = true;
    if (this.moved) {
      this.moved = false;
      this.events.emit("camera", this.camera);
    }
    const moving = this.motion.moving(now);
    const more = this.stage.frame(now, moving);
    const resting = !moving;
    this.labels.update(this.view, resting && !this.resting);
    this.resting = resting;
    this.placeRing();
    // The index waits for the first frame, and then takes what frames leave over.
    if (this.firstFrameMs !== null && this.spatial.build(INDEX_MS)) this.stage.indexed();
    if (more || moving || this.spatial.grid === null) this.wake();
    else this.rest();
  }

  private rest(): void {
    this.settled = true;
    this.events.emit("settled", this.stats());
  }

  private framed(): void {
    if (this.firstFrameMs === null && this.placedAt !== null && this.channels.placed > 0) {
      this.firstFrameMs = performance.now() - this.placedAt;
    }
  }

  private moveCamera(move: () => void): void {
    this.motion.halt();
    this.motion.touch(performance.now());
    move();
    this.cameraMoved();
  }

  private cameraMoved(): void {
    this.moved = true;
    this.wake();
  }

  private fly(to: CameraState): void {
    this.motion.flyTo(to, performance.now(), FLIGHT_MS);
    this.cameraMoved();
  }

  private resized(): void {
    if (this.stage.fit()) {
      this.labels.update(this.view, true);
      this.placeRing();
    }
  }

  private hoverAt(x: number, y: number): void {
    const row = this.pick(x, y);
    if (row === this.hovered && row === null) return;
    const same = row === this.hovered;
    this.setHovered(row);
    if (same) return;
    this.stage.canvas.style.cursor = row === null ? (this.gestures.mode === "pan" ? "" : "crosshair") : "pointer";
    const [atX, atY] = (row === null ? null : this.screenOf(row)) ?? [x, y];
    this.events.emit("hover", { row, x: atX, y: atY });
  }

  private endHover(): void {
    if (this.hovered === null) return;
    this.setHovered(null);
    this.events.emit("hover", { row: null, x: 0, y: 0 });
  }

  private placeRing(): void {
    const at = this.hovered === null ? null : this.screenOf(this.hovered);
    if (at === null || this.hovered === null || this.stage.travelling) {
      this.overlay.hideRing();
      return;
    }
    const diameter = diameterOf(this.channels, this.hovered, diametersNow(this.channels, this.view));
    this.overlay.showRing(at[0], at[1], diameter, this.colorOf(this.hovered));
  }

  private colorOf(row: number): string {
    const { color } = this.channels;
    const code = color?.codes[row] ?? 0;
    if (color === null) return this.stage.plainColor;
    if (code === color.missing) return MISSING[this.stage.theme];
    const at = Math.min(code * 4, color.table.length - 4);
    return `rgb(${color.table[at]},${color.table[at + 1]},${color.table[at + 2]})`;
  }

  private outlined(path: readonly Point[] | null, keys: { shift: boolean; meta: boolean }): void {
    this.overlay.hidePath();
    if (path === null) return;
    const corners = simplify(path, LASSO_TOLERANCE);
    if (corners.length < 3) return;
    this.events.emit("lasso", { polygon: corners.map(([x, y]) => this.view.toMap(x, y)), ...keys });
  }

  /** Where the dots are on the screen now, in coordinates of the new map under the new camera. */
  private travelFrom(old: { x: Float32Array; y: Float32Array; cx: number; cy: number; scale: number }): Travel {
    const factor = old.scale / this.view.scale;
    const shifted = (from: Float32Array, center: number, now: number, target: Float32Array) =>
      from.map((value, row) => (Number.isFinite(value) ? (value - center) * factor + now : target[row]));
    return {
      x: shifted(old.x, old.cx, this.view.x, this.channels.x),
      y: shifted(old.y, old.cy, this.view.y, this.channels.y),
      start: performance.now(),
    };
  }
}
