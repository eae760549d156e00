import { Camera } from "./camera";
import { Channels } from "./channels";
import { Events } from "./events";
import { Gestures } from "./gestures";
import { LabelLayer } from "./labelLayer";
import { Motion, prefersStillness } from "./motion";
import { Overlay } from "./overlay";
import { onPixelRatio } from "./pixelRatio";
import { Pointer } from "./pointer";
import { simplify } from "./polygon";
import { Spatial } from "./spatial";
import { Stage } from "./stage";
import { travelFrom } from "./travel";
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
  ScreenBox,
  SizeSpec,
  Theme,
} from "./types";

const FLIGHT_MS = 320;
const TRAVEL_ROWS = 100_000;
const INDEX_MS = 8;
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
  private readonly stopPixelRatio: () => void;
  private readonly pointer: Pointer;
  /** Where the pointer rests on the map, in CSS pixels. */
  private pointerAt: Point | null = null;
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
    this.pointer = new Pointer(this.channels, this.spatial, this.view, this.stage, this.overlay);
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
    this.stopPixelRatio = onPixelRatio(() => this.resized());
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
   * Positions for another number of rows belong to other samples. Colours, sizes and mask count as soon as
   * they have that number of rows, whichever arrives first.
   */
  setPositions(x: Float32Array, y: Float32Array, options: PositionOptions = {}): void {
    const sameRows = x.length === this.channels.rows;
    const old = { x: this.channels.x, y: this.channels.y, from: { ...this.view.state, scale: this.view.scale } };
    this.placedAt = performance.now();
    this.firstFrameMs = null;
    this.channels.setPositions(x, y);
    this.stage.bounds = this.channels.bounds();
    this.view.setBounds(this.stage.bounds);
    this.motion.halt();
    if (options.camera !== "keep") this.view.state = this.view.fitState();
    this.spatial.reset();
    const travels = sameRows && options.animate !== false && x.length <= TRAVEL_ROWS && !prefersStillness();
    this.stage.placed(travels ? travelFrom(old, { x, y, to: this.view }, this.placedAt) : null);
    if (!sameRows) {
      this.stage.colored();
      this.stage.sized();
    }
    this.endHover();
    this.cameraMoved();
  }

  setColor(spec: ColorSpec): void {
    this.channels.setColor(spec);
    this.stage.colored();
    this.pointer.place();
  }

  /** Let sizes carry a value; null: all dots alike. */
  setSize(spec: SizeSpec | null): void {
    this.channels.setSize(spec);
    this.stage.sized();
    this.pointer.place();
  }

  /** Tell matching rows from others by their bits (least significant first); null: all match. */
  setMask(bits: Uint8Array | null, mode: MaskMode = "grey"): void {
    this.channels.setMask(bits, mode);
    this.stage.reordered();
    if (this.pointer.row !== null && !this.channels.matches(this.pointer.row)) this.endHover();
  }

  /** Draw these rows above all others, ringed, and let the others step back if they are several. */
  setSelection(rows: Uint32Array): void {
    this.stage.select(rows);
  }

  /** Ring a row's dot (null: none); emits nothing. */
  setHovered(row: number | null): void {
    this.pointer.set(row);
  }

  setLabels(labels: readonly MapLabel[]): void {
    this.labels.set(labels);
    this.labels.update(this.view, true);
  }

  /** Parts of the canvas that something of the page lies over: no name goes there. */
  setCovered(boxes: readonly ScreenBox[]): void {
    this.labels.setCovered(boxes);
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
    this.stage.canvas.style.cursor = cursorOf(mode);
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
    return this.pointer.pick(screenX, screenY);
  }

  /** Where a row's dot is on the canvas, in CSS pixels; null when it has no position. */
  screenOf(row: number): Point | null {
    return this.pointer.screenOf(row);
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
    this.stopPixelRatio();
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
      // The dot under a resting pointer may be another one now, or elsewhere.
      if (this.pointerAt !== null) this.hoverAt(...this.pointerAt, true);
    }
    const moving = this.motion.moving(now);
    const more = this.stage.frame(now, moving);
    const resting = !moving;
    this.labels.update(this.view, resting && !this.resting);
    this.resting = resting;
    this.pointer.place();
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
      this.pointer.place();
    }
  }

  private hoverAt(x: number, y: number, viewMoved = false): void {
    const row = this.pick(x, y);
    this.pointerAt = [x, y];
    if (row === this.pointer.row && (row === null || !viewMoved)) return;
    this.pointer.set(row);
    this.stage.canvas.style.cursor = row === null ? cursorOf(this.gestures.mode) : "pointer";
    const [atX, atY] = (row === null ? null : this.screenOf(row)) ?? [x, y];
    this.events.emit("hover", { row, x: atX, y: atY });
  }

  private endHover(): void {
    this.pointerAt = null;
    if (this.pointer.row === null) return;
    this.pointer.set(null);
    this.stage.canvas.style.cursor = cursorOf(this.gestures.mode);
    this.events.emit("hover", { row: null, x: 0, y: 0 });
  }

  private outlined(path: readonly Point[] | null, keys: { shift: boolean; meta: boolean }): void {
    this.overlay.hidePath();
    if (path === null) return;
    const corners = simplify(path, LASSO_TOLERANCE);
    if (corners.length < 3) return;
    this.events.emit("lasso", { polygon: corners.map(([x, y]) => this.view.toMap(x, y)), ...keys });
  }
}

function cursorOf(mode: Mode): string {
  return mode === "pan" ? "" : "crosshair";
}
