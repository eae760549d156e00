import { palette } from "./appearance";
import type { Camera } from "./camera";
import type { Channels } from "./channels";
import { parseColor } from "./colors";
import { Gpu, type View } from "./gpu";
import { type Landmarks, landmarks, NO_LANDMARKS, standing } from "./landmarks";
import { type DrawOrder, drawOrder } from "./order";
import { Painter, type Scene } from "./painter";
import type { Spatial } from "./spatial";
import { TRAVEL_MS, type Travel, travelled } from "./travel";
import type { Bounds, MapOptions, Theme } from "./types";

const DEFAULT_COLOR = "#4c8dff";
/** Dots whose centre lies this far outside the canvas may still reach into it, in CSS pixels. */
const REACH = 40;

/** The canvas and what is drawn on it: keeps the GPU's buffers equal to the channels, also after a context loss. */
export class Stage {
  theme: Theme;
  bounds: Bounds = { minX: -1, minY: -1, maxX: 1, maxY: 1 };
  contextLost = false;
  pixelRatio = 1;
  onFrame: (() => void) | null = null;
  private readonly gl: WebGL2RenderingContext | null;
  private gpu: Gpu | null = null;
  private painter: Painter | null = null;
  private wanted: Uint32Array = new Uint32Array(0);
  private selection: DrawOrder = { rows: new Uint32Array(0), segments: [], matching: 0, filtered: 0 };
  private landmarks: Landmarks = NO_LANDMARKS;
  private travel: Travel | null = null;
  /** What the GPU's buffer "crowd" holds. */
  private crowdShown: Uint8Array | null = null;
  private content = 0;
  private overlay = 0;
  private readonly stop = new AbortController();

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly channels: Channels,
    private readonly spatial: Spatial,
    private readonly camera: Camera,
    private readonly options: MapOptions,
    private readonly wake: () => void,
  ) {
    this.theme = options.theme ?? "light";
    this.gl = canvas.getContext("webgl2", {
      antialias: false,
      depth: false,
      premultipliedAlpha: true,
      powerPreference: "high-performance",
    });
    const { signal } = this.stop;
    canvas.addEventListener("webglcontextlost", (event) => this.lost(event), { signal });
    canvas.addEventListener("webglcontextrestored", () => this.restored(), { signal });
    if (this.gl !== null && !this.gl.isContextLost()) this.start(this.gl);
  }

  get available(): boolean {
    return this.gl !== null;
  }

  get plainColor(): string {
    return this.options.defaultColor ?? DEFAULT_COLOR;
  }

  get software(): boolean {
    return this.gpu?.software ?? false;
  }

  get progress(): { drawn: number; complete: boolean; budget: number; frames: number; frameMs: number } {
    const { painter } = this;
    if (painter === null) return { drawn: 0, complete: false, budget: 0, frames: 0, frameMs: 0 };
    const { drawn, complete, budget, frames, frameMs } = painter;
    return { drawn, complete, budget: Math.round(budget), frames, frameMs };
  }

  get selected(): number {
    return this.selection.rows.length;
  }

  get travelling(): boolean {
    return this.travel !== null;
  }

  /** New positions; `from`: where the dots were, in the new map's coordinates. */
  placed(from: Travel | null): void {
    this.travel = from;
    this.gpu?.upload("x", this.channels.x);
    this.gpu?.upload("y", this.channels.y);
    this.gpu?.upload("fromX", from?.x ?? null);
    this.gpu?.upload("fromY", from?.y ?? null);
    this.select(this.wanted);
    this.indexed();
  }

  /** The density of the neighbourhood of every dot became known (or unknown). */
  indexed(): void {
    this.uploadCrowd();
    this.changed();
  }

  colored(): void {
    const { color } = this.channels;
    if (this.gpu === null) return;
    this.gpu.upload("code", color?.codes ?? null);
    const plain = new Uint8Array([...parseColor(this.plainColor), 0]);
    this.gpu.uploadTable(color?.table ?? plain, color?.missing ?? 0xffffffff);
    this.gpu.shapes = color?.shapes ?? false;
    this.changed();
  }

  sized(): void {
    this.gpu?.upload("size", this.channels.sizes);
    this.select(this.wanted);
    this.reordered();
  }

  reordered(): void {
    this.spatial.reorder();
    this.uploadCrowd();
    this.changed();
  }

  select(rows: Uint32Array): void {
    this.wanted = rows;
    const { x, y, sizes } = this.channels;
    const candidates = rows.filter((row) => row < this.channels.rows);
    this.selection = drawOrder({ x, y, sizes, mask: null, hideFiltered: false, candidates });
    this.gpu?.uploadOrder("selection", this.selection.rows);
    this.overlay++;
    this.wake();
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.changed();
  }

  /** Make the canvas as fine as the screen; returns whether its size in CSS pixels changed. */
  fit(): boolean {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width < 2 || height < 2) return false;
    this.pixelRatio = Math.min(3, this.options.devicePixelRatio ?? (globalThis.devicePixelRatio || 1));
    const fine: [number, number] = [Math.round(width * this.pixelRatio), Math.round(height * this.pixelRatio)];
    if (this.canvas.width === fine[0] && this.canvas.height === fine[1] && this.camera.width === width) return false;
    this.canvas.width = fine[0];
    this.canvas.height = fine[1];
    this.camera.resize(width, height);
    this.showNow();
    this.wake();
    return true;
  }

  /** Draw what is due in this frame; returns whether more is to do. */
  frame(now: number, moving: boolean): boolean {
    if (this.painter === null || this.camera.width < 2) return false;
    if (this.travel !== null && now - this.travel.start >= TRAVEL_MS) this.arrive();
    if (this.travel !== null) this.content++;
    return this.painter.frame(this.scene(now, moving || this.travel !== null)) || this.travel !== null;
  }

  /** Put the picture on the canvas within this task, for whoever reads the canvas next. */
  showNow(): void {
    this.painter?.showNow(this.scene(performance.now(), false));
  }

  /** RGBA of a rectangle of device pixels, origin at the bottom left. */
  readPixels(x: number, y: number, width: number, height: number): Uint8Array {
    const pixels = new Uint8Array(width * height * 4);
    this.showNow();
    this.gl?.readPixels(x, y, width, height, this.gl.RGBA, this.gl.UNSIGNED_BYTE, pixels);
    return pixels;
  }

  destroy(): void {
    this.stop.abort();
    this.painter?.destroy();
    this.gpu?.destroy();
    this.painter = null;
    this.gpu = null;
  }

  /** Everything in the picture may look different: draw it anew. */
  changed(): void {
    this.content++;
    this.wake();
  }

  private scene(now: number, moving: boolean): Scene {
    const { camera, pixelRatio } = this;
    const { order, changed } = this.spatial.orderFor(camera.visible(REACH), this.travel !== null);
    if (changed) {
      const { x, y, sizes } = this.channels;
      this.landmarks = landmarks(order, x, y, sizes, this.bounds);
      this.gpu?.uploadOrder("order", order.rows);
      this.gpu?.uploadOrder("rims", this.landmarks.rows);
    }
    const view: View = {
      x: camera.x,
      y: camera.y,
      scale: camera.scale * pixelRatio,
      width: this.canvas.width,
      height: this.canvas.height,
      pixelRatio,
    };
    const looks = palette(this.channels, this.spatial.crowding, {
      theme: this.theme,
      zoom: camera.zoom,
      area: camera.width * camera.height,
      pixelRatio,
      bounds: this.bounds,
      travel: this.travel === null ? 1 : travelled(this.travel, now),
      selected: this.selection.rows.length,
    });
    const { content, overlay, selection, bounds } = this;
    const span = Math.max(bounds.maxX - bounds.minX, bounds.maxY - bounds.minY);
    const rims = standing(this.landmarks, (span * camera.scale) / looks.rimSquare);
    return { view, order, palette: looks, selection, rims, content, overlay, moving };
  }

  private uploadCrowd(): void {
    const crowd = this.spatial.crowding?.crowd ?? null;
    if (this.gpu === null || crowd === this.crowdShown) return;
    this.gpu.upload("crowd", crowd);
    this.crowdShown = crowd;
  }

  private arrive(): void {
    this.travel = null;
    this.gpu?.upload("fromX", null);
    this.gpu?.upload("fromY", null);
    this.content++;
  }

  private start(gl: WebGL2RenderingContext): void {
    this.gpu = new Gpu(gl);
    this.crowdShown = null;
    this.painter = new Painter(this.gpu, this.options.budget);
    this.painter.onFrame = () => this.onFrame?.();
    this.spatial.reorder();
    this.placed(null);
    this.colored();
    this.sized();
  }

  private lost(event: Event): void {
    event.preventDefault();
    this.contextLost = true;
    this.painter = null;
    this.gpu = null;
  }

  private restored(): void {
    this.contextLost = false;
    if (this.gl !== null) this.start(this.gl);
    this.wake();
  }
}
