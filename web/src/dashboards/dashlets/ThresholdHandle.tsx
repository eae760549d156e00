import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import type { Grid } from "./curveChart";
import classes from "./threshold.module.css";

const STEP = 0.01;

/** A line over a chart whose x axis goes from 0 to 1; it is dragged, or moved by the arrows. */
export function ThresholdHandle({ grid, value, faint, onDrag, onDone }: {
  grid: Grid;
  value: number;
  /** Nothing is set yet. */
  faint: boolean;
  onDrag: (value: number) => void;
  onDone: (value: number) => void;
}) {
  const dragging = useRef<number | null>(null);
  const move = (event: PointerEvent<HTMLElement>) => {
    if (dragging.current === null) return;
    const room = (event.currentTarget.parentElement as HTMLElement).getBoundingClientRect();
    const share = (event.clientX - room.left - grid.left) / grid.width;
    dragging.current = Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;
    onDrag(dragging.current);
  };
  const end = () => {
    if (dragging.current !== null) onDone(dragging.current);
    dragging.current = null;
  };
  const keys = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? STEP : event.key === "ArrowLeft" ? -STEP : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    onDone(Math.round(Math.min(1, Math.max(0, value + step)) * 1000) / 1000);
  };
  return (
    <div
      className={classes.handle}
      role="slider"
      tabIndex={0}
      aria-label="Threshold"
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={value}
      data-faint={faint || undefined}
      data-testid="threshold-handle"
      style={{ left: grid.left + value * grid.width, top: grid.top, height: grid.height }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        dragging.current = value;
      }}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={keys}
    />
  );
}
