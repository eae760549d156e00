import { type CSSProperties, useEffect, useRef } from "react";
import type { Grid } from "./grid";
import { paint, type Style } from "./paint";

/** A heat map as a picture of its own, to be laid over another; as many pixels as given, stretched by its style. */
export function HeatCanvas({ grid, width, height, signed, ramp, most, className, style }: Style & { grid: Grid; width: number; height: number; className?: string; style?: CSSProperties }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) paint(canvas.current, grid, { signed, ramp, most });
  }, [grid, width, height, signed, ramp, most]);
  return <canvas ref={canvas} width={width} height={height} className={className} style={style} data-testid="heat" />;
}
