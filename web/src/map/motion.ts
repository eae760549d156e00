import { between, type Camera } from "./camera";
import type { CameraState } from "./types";

const REST_MS = 200;
const WHEEL_MS = 70;

/** Whether the user asked their system for less motion. */
export function prefersStillness(): boolean {
  return typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** The camera's flights and the smoothing of the wheel; knows when the picture moves. */
export class Motion {
  private flight: { from: CameraState; to: CameraState; start: number; ms: number } | null = null;
  private wheel: { log: number; x: number; y: number; last: number } | null = null;
  private lastChange = -Infinity;

  constructor(private readonly camera: Camera) {}

  /** Whether the picture moves, or did so a moment ago. */
  moving(now: number): boolean {
    return this.flight !== null || this.wheel !== null || now - this.lastChange < REST_MS;
  }

  touch(now: number): void {
    this.lastChange = now;
  }

  /** Drop every movement under way (a hand on the map wins over a flight). */
  halt(): void {
    this.flight = null;
    this.wheel = null;
  }

  flyTo(to: CameraState, now: number, ms: number): void {
    this.halt();
    this.touch(now);
    if (ms === 0 || prefersStillness()) this.camera.state = to;
    else this.flight = { from: this.camera.state, to, start: now, ms };
  }

  zoom(factor: number, x: number, y: number, smooth: boolean, now: number): void {
    this.flight = null;
    this.touch(now);
    if (!smooth || prefersStillness()) {
      this.camera.zoomAt(factor, x, y);
      return;
    }
    this.wheel = { log: (this.wheel?.log ?? 0) + Math.log(factor), x, y, last: this.wheel?.last ?? now };
  }

  /** Advance to `now`; returns whether the camera changed. */
  step(now: number): boolean {
    const { flight, wheel, camera } = this;
    if (flight !== null) {
      const t = Math.min(1, Math.max(0, (now - flight.start) / flight.ms));
      camera.state = between(flight.from, flight.to, t);
      if (t === 1) this.flight = null;
      this.touch(now);
      return true;
    }
    if (wheel !== null) {
      const share = 1 - Math.exp(-Math.max(8, now - wheel.last) / WHEEL_MS);
      const rest = Math.abs(wheel.log) < 0.01;
      camera.zoomAt(Math.exp(rest ? wheel.log : wheel.log * share), wheel.x, wheel.y);
      wheel.log *= 1 - share;
      wheel.last = now;
      if (rest) this.wheel = null;
      this.touch(now);
      return true;
    }
    return false;
  }
}
