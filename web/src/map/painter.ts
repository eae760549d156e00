import { type DrawOrder, type DrawRange, shareOfOrder, takeFrom } from "./order";
import type { DotStyle, Gpu, Target, View } from "./gpu";

/** How each kind of dot is painted now; the painter adds what depends on the share drawn. */
export type Palette = {
  matching: DotStyle;
  filtered: DotStyle;
  rim: DotStyle;
  /** CSS pixels: in a square of this side at most one dot gets a rim. */
  rimSquare: number;
  selected: DotStyle;
  /** Strength of the picture behind a selection, 0..1. */
  dim: number;
};

export type Scene = {
  view: View;
  order: DrawOrder;
  palette: Palette;
  /** The order of the selected rows: the element buffer "selection". */
  selection: DrawOrder;
  /** How many rows of the element buffer "rims" get a rim. */
  rims: number;
  /** Changes with everything in the picture but the view. */
  content: number;
  /** Changes with what is laid over the picture (selection, strength). */
  overlay: number;
  moving: boolean;
};

type Picture = { target: Target; view: View; content: number; drawn: number; complete: boolean };

const LEAST_BUDGET = 20_000;
const CHUNK_MS = 60;

/**
 * Decides what to draw in which frame.
 *
 * Dots are drawn into a picture off the screen, which is then shown. While the picture moves, a fair sample
 * of the dots is drawn, as many as the machine draws in a frame. Once it rests, all dots are drawn in
 * pieces into a second picture, which replaces the first when it is complete. At most one piece is on its
 * way to the GPU at a time, so that neither the page nor a software rasteriser is ever blocked for long.
 */
export class Painter {
  budget: number;
  frames = 0;
  frameMs = 0;
  private chunk: number;
  private front: Picture | null = null;
  private back: Target | null = null;
  private full: { view: View; content: number; order: DrawOrder; ranges: DrawRange[]; total: number; done: number } | null = null;
  private fence: { sync: WebGLSync; at: number; kind: "frame" | "chunk"; dots: number } | null = null;
  private layer: { target: Target; view: View; content: number; overlay: number; done: number } | null = null;
  private shownOverlay = -1;
  private shownView: View | null = null;
  onFrame: (() => void) | null = null;

  constructor(
    private readonly gpu: Gpu,
    private readonly fixedBudget?: number,
  ) {
    this.budget = fixedBudget ?? (gpu.software ? 50_000 : 500_000);
    this.chunk = gpu.software ? 40_000 : 500_000;
  }

  get drawn(): number {
    return this.front?.drawn ?? 0;
  }

  get complete(): boolean {
    return this.front?.complete ?? false;
  }

  /** Do the work of one frame. Returns whether another frame is needed. */
  frame(scene: Scene): boolean {
    if (!this.answered()) return true;
    const { front } = this;
    const fits = front !== null && front.content === scene.content && sameView(front.view, scene.view);
    const slides = !fits && this.slides(scene);
    if (slides && !this.isShown(scene)) this.slide(scene);
    else if (slides ? !scene.moving : fits && !front.complete && !scene.moving) this.piece(scene);
    else if (!fits && !slides) {
      this.full = null;
      this.quick(scene);
    }
    if (!fits || !front.complete || this.pieceOfSelection(scene)) return true;
    if (!this.isShown(scene)) this.show(scene);
    return scene.moving || this.fence !== null;
  }

  /** Show the picture there is, at once (after a resize, before a screenshot). */
  showNow(scene: Scene): void {
    if (this.front === null) this.quick(scene);
    else this.show(scene);
  }

  destroy(): void {
    if (this.fence !== null) this.gpu.gl.deleteSync(this.fence.sync);
    if (this.front !== null) this.gpu.dropTarget(this.front.target);
    if (this.back !== null) this.gpu.dropTarget(this.back);
    if (this.layer !== null) this.gpu.dropTarget(this.layer.target);
  }

  /** Whether the whole picture, drawn a moment ago from beside, will do until the next one is ready. */
  private slides({ view, content, order }: Scene): boolean {
    const { front } = this;
    if (front === null || !front.complete || front.content !== content) return false;
    const { target, view: from } = front;
    if (from.scale !== view.scale || target.width !== view.width || target.height !== view.height) return false;
    const shift = Math.max(Math.abs(from.x - view.x) / view.width, Math.abs(from.y - view.y) / view.height);
    return shift * view.scale < 0.5 && order.rows.length > this.budget;
  }

  private isShown({ view, overlay }: Scene): boolean {
    return this.shownOverlay === overlay && this.shownView !== null && sameView(this.shownView, view);
  }

  /** Move the picture, and fill what came into view at its edges with a sample. */
  private slide(scene: Scene): void {
    const { view, order } = scene;
    const { view: from } = this.front as Picture;
    const { gl } = this.gpu;
    this.show(scene);
    const dx = Math.round((from.x - view.x) * view.scale);
    const dy = Math.round((from.y - view.y) * view.scale);
    const { ranges, share } = shareOfOrder(order, this.budget / 2);
    const strips = [
      [dx > 0 ? 0 : view.width + dx, 0, Math.abs(dx), view.height],
      [Math.max(0, dx), dy > 0 ? 0 : view.height + dy, view.width - Math.abs(dx), Math.abs(dy)],
    ];
    gl.enable(gl.SCISSOR_TEST);
    for (const [x, y, width, height] of strips) {
      if (width === 0 || height === 0) continue;
      gl.scissor(x, y, width, height);
      this.draw(null, scene, ranges, share);
    }
    gl.disable(gl.SCISSOR_TEST);
    this.setFence("frame", 0);
  }

  /** Draw as many dots as a frame allows and show them. */
  private quick(scene: Scene): void {
    const { ranges, share } = shareOfOrder(scene.order, this.budget);
    const target = this.takeBack(scene.view);
    this.gpu.clear(target);
    const drawn = this.draw(target, scene, ranges, share);
    this.rims(target, scene);
    this.swap({ target, view: scene.view, content: scene.content, drawn, complete: share === 1 });
    this.show(scene);
    this.setFence("frame", drawn);
  }

  /** Draw the next piece of the whole picture; show it when it was the last one. */
  private piece(scene: Scene): void {
    const { view, content, order } = scene;
    const known = this.full;
    if (known === null || known.content !== content || known.order !== order || !sameView(known.view, view)) {
      const { ranges } = shareOfOrder(order, Infinity);
      this.full = { view, content, order, ranges, total: order.rows.length, done: 0 };
      this.gpu.clear(this.takeBack(scene.view));
    }
    const full = this.full as NonNullable<typeof this.full>;
    const target = this.takeBack(scene.view);
    const ranges = takeFrom(full.ranges, full.done, this.chunk);
    const drawn = this.draw(target, scene, ranges, 1);
    full.done += drawn;
    if (full.done >= full.total) {
      this.rims(target, scene);
      this.swap({ target, view: scene.view, content: scene.content, drawn: full.total, complete: true });
      this.full = null;
      this.show(scene);
    }
    this.setFence("chunk", drawn);
    this.gpu.gl.flush();
  }

  private draw(target: Target | null, scene: Scene, ranges: readonly DrawRange[], share: number): number {
    let drawn = 0;
    for (const filtered of [true, false]) {
      const part = ranges.filter((range) => range.filtered === filtered);
      if (part.length === 0) continue;
      const style = filtered ? scene.palette.filtered : scene.palette.matching;
      this.gpu.dots(target, scene.view, "order", part, thinned(style, share));
      drawn += count(part);
    }
    return drawn;
  }

  private rims(target: Target, { view, palette, rims }: Scene): void {
    if (rims > 0) this.gpu.dots(target, view, "rims", [{ start: 0, count: rims }], palette.rim);
  }

  private show(scene: Scene): void {
    const { front } = this;
    if (front === null) return;
    this.gpu.clear(null);
    this.gpu.show(front.target, front.view, scene.view, scene.palette.dim);
    this.showSelection(scene);
    this.shownOverlay = scene.overlay;
    this.shownView = scene.view;
    this.frames++;
    this.onFrame?.();
  }

  private showSelection(scene: Scene): void {
    const { selection, view, palette } = scene;
    const total = selection.rows.length;
    if (total === 0) return;
    const { layer } = this;
    const ready = layer !== null && layer.done === total && layer.overlay === scene.overlay && layer.content === scene.content;
    if (ready && layer.view.scale === view.scale) this.gpu.show(layer.target, layer.view, view, 1);
    else {
      const { ranges, share } = shareOfOrder(selection, this.budget);
      this.gpu.dots(null, view, "selection", ranges, thinned(palette.selected, share));
    }
  }

  /** Draw the next piece of a selection too large for one frame; returns whether there was one to draw. */
  private pieceOfSelection(scene: Scene): boolean {
    const { selection, view, content, overlay } = scene;
    const total = selection.rows.length;
    if (scene.moving || total <= this.budget) return false;
    let { layer } = this;
    if (layer === null || layer.content !== content || layer.overlay !== overlay || !sameView(layer.view, view)) {
      if (layer !== null) this.gpu.dropTarget(layer.target);
      layer = { target: this.gpu.target(view.width, view.height), view, content, overlay, done: 0 };
      this.layer = layer;
      this.gpu.clear(layer.target);
    }
    if (layer.done >= total) return false;
    const count = Math.min(this.chunk, total - layer.done);
    this.gpu.dots(layer.target, view, "selection", [{ start: layer.done, count }], scene.palette.selected);
    layer.done += count;
    if (layer.done === total) this.show(scene);
    this.setFence("chunk", count);
    return true;
  }

  private takeBack(view: View): Target {
    if (this.back !== null && this.back.width === view.width && this.back.height === view.height) return this.back;
    if (this.back !== null) this.gpu.dropTarget(this.back);
    this.back = this.gpu.target(view.width, view.height);
    return this.back;
  }

  private swap(picture: Picture): void {
    this.back = this.front?.target ?? null;
    this.front = picture;
  }

  private setFence(kind: "frame" | "chunk", dots: number): void {
    const { gl } = this.gpu;
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (sync !== null) this.fence = { sync, at: performance.now(), kind, dots };
    gl.flush();
  }

  /** Whether the GPU has finished what it was given; learns from how long that took. */
  private answered(): boolean {
    const { fence } = this;
    if (fence === null) return true;
    const { gl } = this.gpu;
    if (gl.getSyncParameter(fence.sync, gl.SYNC_STATUS) !== gl.SIGNALED && !gl.isContextLost()) return false;
    gl.deleteSync(fence.sync);
    this.fence = null;
    const took = performance.now() - fence.at;
    if (fence.kind === "frame") {
      this.frameMs = took;
      if (this.fixedBudget === undefined && fence.dots > this.budget / 2) this.budget = this.adapt(this.budget, took);
    } else if (fence.dots > this.chunk / 2) {
      const factor = Math.min(2, Math.max(0.5, CHUNK_MS / Math.max(took, 1)));
      this.chunk = Math.max(10_000, Math.round(this.chunk * factor));
    }
    return true;
  }

  /** A GPU is asked for 60 frames a second; a software rasteriser for as many as leave a picture worth seeing. */
  private adapt(budget: number, took: number): number {
    const goal = this.gpu.software ? 80 : 20;
    const factor = took > goal * 1.25 ? 0.75 : took < goal ? 1.3 : 1;
    return Math.min(this.gpu.software ? 150_000 : 5_000_000, Math.max(LEAST_BUDGET, Math.round(budget * factor)));
  }
}

function count(ranges: readonly DrawRange[]): number {
  return ranges.reduce((sum, range) => sum + range.count, 0);
}

/** The style for a share of the dots: less crowded, and a little larger so that the picture keeps its weight. */
function thinned(style: DotStyle, share: number): DotStyle {
  if (share === 1) return style;
  const growth = Math.min(1.7, share ** -0.18);
  const [small, large] = style.diameter;
  return { ...style, density: style.density * share, diameter: [small * growth, Math.max(large, small * growth)] };
}

function sameView(a: View, b: View): boolean {
  return (
    a.x === b.x &&
    a.y === b.y &&
    a.scale === b.scale &&
    a.width === b.width &&
    a.height === b.height &&
    a.pixelRatio === b.pixelRatio
  );
}
