import type { Mode, Point } from "./types";

/** What the user's hand asks for; places are CSS pixels from the top left corner of the canvas. */
export type GestureHandler = {
  pan(dx: number, dy: number): void;
  /** `smooth`: the steps of a wheel, rather than the stream of a touchpad or two fingers. */
  zoom(factor: number, x: number, y: number, smooth: boolean): void;
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number, keys: { shift: boolean; meta: boolean }): void;
  /** The outline drawn so far; box: its four corners. */
  outline(path: readonly Point[]): void;
  /** The outline is complete; null when it was given up. */
  outlined(path: readonly Point[] | null, keys: { shift: boolean; meta: boolean }): void;
  fit(): void;
};

const CLICK_DISTANCE = 4;
const LEAST_STEP = 2;
const PAN_STEP = 80;

type Drag = { kind: "pan" | "lasso" | "box"; start: Point; last: Point; moved: boolean; path: Point[] };

/** Pointer, wheel, touch and keyboard on the canvas, turned into what they mean. */
export class Gestures {
  mode: Mode = "pan";
  private drag: Drag | null = null;
  private readonly fingers = new Map<number, Point>();
  private readonly stop = new AbortController();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly to: GestureHandler,
  ) {
    const { signal } = this.stop;
    canvas.style.touchAction = "none";
    if (!canvas.hasAttribute("tabindex")) canvas.tabIndex = 0;
    canvas.addEventListener("pointerdown", (e) => this.down(e), { signal });
    canvas.addEventListener("pointermove", (e) => this.move(e), { signal });
    canvas.addEventListener("pointerup", (e) => this.up(e), { signal });
    canvas.addEventListener("pointercancel", (e) => this.cancel(e), { signal });
    canvas.addEventListener("pointerleave", () => this.drag === null && to.leave(), { signal });
    canvas.addEventListener("wheel", (e) => this.wheel(e), { signal, passive: false });
    canvas.addEventListener("dblclick", (e) => to.zoom(e.shiftKey ? 0.4 : 2.5, e.offsetX, e.offsetY, true), { signal });
    canvas.addEventListener("keydown", (e) => this.key(e), { signal });
  }

  /** Whether a drag or a pinch is under way. */
  get busy(): boolean {
    return this.drag?.moved === true || this.fingers.size > 1;
  }

  destroy(): void {
    this.stop.abort();
  }

  private place(event: PointerEvent): Point {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  private down(event: PointerEvent): void {
    if (event.button > 1) return;
    const at = this.place(event);
    this.canvas.setPointerCapture?.(event.pointerId);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size > 1) {
      this.giveUp();
      return;
    }
    if (event.button === 1) event.preventDefault();
    const drawing = event.button === 0 && (this.mode !== "pan" || event.shiftKey);
    const shape = this.mode === "pan" ? (event.altKey ? "box" : "lasso") : this.mode;
    this.drag = { kind: drawing ? shape : "pan", start: at, last: at, moved: false, path: [at] };
  }

  private move(event: PointerEvent): void {
    const at = this.place(event);
    const before = this.fingers.get(event.pointerId);
    if (before !== undefined && this.fingers.size === 2) {
      this.pinch(event.pointerId, before, at);
      return;
    }
    if (before !== undefined) this.fingers.set(event.pointerId, at);
    const { drag } = this;
    if (drag === null) {
      if (event.pointerType !== "touch") this.to.hover(at[0], at[1]);
      return;
    }
    if (!drag.moved && distance(at, drag.start) < CLICK_DISTANCE) return;
    if (!drag.moved) this.to.leave();
    drag.moved = true;
    if (drag.kind === "pan") {
      this.canvas.style.cursor = "grabbing";
      this.to.pan(at[0] - drag.last[0], at[1] - drag.last[1]);
    } else if (drag.kind === "box") {
      drag.path = corners(drag.start, at);
      this.to.outline(drag.path);
    } else if (distance(at, drag.path[drag.path.length - 1]) >= LEAST_STEP) {
      drag.path.push(at);
      this.to.outline(drag.path);
    }
    drag.last = at;
  }

  private up(event: PointerEvent): void {
    const { drag } = this;
    this.fingers.delete(event.pointerId);
    this.canvas.style.cursor = "";
    this.drag = null;
    if (drag === null) return;
    // Where shift began the outline it cannot also say what to do with it.
    const begun = drag.moved && drag.kind !== "pan" && this.mode === "pan";
    const keys = { shift: event.shiftKey && !begun, meta: event.metaKey || event.ctrlKey };
    if (!drag.moved) {
      if (event.button === 0) this.to.click(drag.start[0], drag.start[1], keys);
    } else if (drag.kind !== "pan") this.to.outlined(drag.path.length >= 3 ? drag.path : null, keys);
  }

  private cancel(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    this.giveUp();
  }

  private giveUp(): void {
    if (this.drag !== null && this.drag.kind !== "pan" && this.drag.moved) {
      this.to.outlined(null, { shift: false, meta: false });
    }
    this.drag = null;
    this.canvas.style.cursor = "";
  }

  private pinch(id: number, before: Point, at: Point): void {
    const other = [...this.fingers.entries()].find(([finger]) => finger !== id)?.[1] ?? at;
    this.fingers.set(id, at);
    const factor = Math.max(1, distance(at, other)) / Math.max(1, distance(before, other));
    this.to.pan((at[0] - before[0]) / 2, (at[1] - before[1]) / 2);
    this.to.zoom(factor, (at[0] + other[0]) / 2, (at[1] + other[1]) / 2, false);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const delta = event.deltaY * unit;
    // A pinch on a touchpad arrives as a wheel with ctrl held and small steps.
    const speed = event.ctrlKey ? 0.01 : 0.0022;
    const factor = Math.exp(-Math.max(-400, Math.min(400, delta)) * speed);
    this.to.zoom(factor, event.offsetX, event.offsetY, Math.abs(delta) >= 40 && !event.ctrlKey);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { clientWidth, clientHeight } = this.canvas;
    const zoom = (factor: number) => this.to.zoom(factor, clientWidth / 2, clientHeight / 2, true);
    const pans: Record<string, Point> = {
      ArrowLeft: [PAN_STEP, 0],
      ArrowRight: [-PAN_STEP, 0],
      ArrowUp: [0, PAN_STEP],
      ArrowDown: [0, -PAN_STEP],
    };
    if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-" || event.key === "_") zoom(1 / 1.5);
    else if (event.key === "0" || event.key === "Home") this.to.fit();
    else if (event.key === "Escape" && this.busy) this.giveUp();
    else if (event.shiftKey && event.key in pans) this.to.pan(...pans[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function corners(a: Point, b: Point): Point[] {
  return [a, [b[0], a[1]], b, [a[0], b[1]]];
}
