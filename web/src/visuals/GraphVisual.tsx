import { useState } from "react";
import { useTheme } from "../explore/useEncoding";
import { number } from "../theme/format";
import { CATEGORICAL } from "../theme/palette";
import { extent, path, ticks } from "./axis";
import type { VisualProps } from "./VisualCard";
import classes from "./visuals.module.css";

const WIDTH = 340;
const HEIGHT = 180;
const LEFT = 40;
const BOTTOM = 20;
const TOP = 6;

/** Lines over a common axis; the pointer reads them off. */
export function GraphVisual({ document, heat }: VisualProps) {
  const series = document.series as (number | null)[][];
  const legend = document.legend as string[] | null;
  const [from, to] = document.x_range as [number, number];
  const theme = useTheme();
  const [here, setHere] = useState<number | null>(null);
  const points = Math.max(1, ...series.map((line) => line.length));
  const [low, high] = extent(series);
  const x = (at: number) => LEFT + (points === 1 ? 0.5 : at / (points - 1)) * (WIDTH - LEFT - 4);
  const y = (value: number) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - BOTTOM - TOP);
  const xOf = (value: number) => LEFT + ((value - from) / (to - from || 1)) * (WIDTH - LEFT - 4);
  const color = (at: number) => CATEGORICAL[theme][at % 12];
  const name = (at: number) => legend?.[at] ?? (series.length > 1 ? `series ${at + 1}` : String(document.y_label || "value"));
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className={classes.graph}
        role="img"
        aria-label={`Graph of ${String(document.y_label)} over ${String(document.x_label)}`}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const at = Math.round(((((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - 4)) * (points - 1));
          setHere(Math.min(points - 1, Math.max(0, at)));
        }}
        onPointerLeave={() => setHere(null)}
      >
        {ticks(low, high, 4).map((tick) => (
          <g key={tick}>
            <line x1={LEFT} x2={WIDTH - 4} y1={y(tick)} y2={y(tick)} className={classes.grid} />
            <text x={LEFT - 6} y={y(tick) + 3} textAnchor="end">
              {number(tick, 3)}
            </text>
          </g>
        ))}
        {ticks(from, to, 5).map((tick) => (
          <text key={tick} x={xOf(tick)} y={HEIGHT - 6} textAnchor="middle">
            {number(tick, 3)}
          </text>
        ))}
        {heat && series.map((line, at) => <Heat key={at} line={line} x={x} y={y} color={(point) => heat(at, point)} />)}
        {series.map((line, at) => (
          <path key={at} d={path(line, x, y)} stroke={color(at)} className={classes.line} data-testid="series" />
        ))}
        {here !== null && (
          <>
            <line x1={x(here)} x2={x(here)} y1={TOP} y2={HEIGHT - BOTTOM} className={classes.here} />
            {series.map((line, at) => line[here] !== null && line[here] !== undefined && <circle key={at} cx={x(here)} cy={y(line[here] as number)} r={2.5} fill={color(at)} />)}
          </>
        )}
      </svg>
      <div className={classes.legend}>
        {series.map((line, at) => (
          <span key={at}>
            <i style={{ background: color(at) }} />
            {name(at)} {here !== null && <em>{number(line[here])}</em>}
          </span>
        ))}
        <span className={classes.axis}>
          {String(document.x_label || "")} {here !== null && number(from + (points === 1 ? 0 : here / (points - 1)) * (to - from))}
        </span>
      </div>
    </>
  );
}

/** The stretches of a curve in the colours of their heat, broad enough to be seen behind it. */
function Heat({ line, x, y, color }: { line: (number | null)[]; x: (at: number) => number; y: (value: number) => number; color: (point: number) => string | null }) {
  return line.slice(1).map((value, at) => {
    const before = line[at];
    const paint = color(at);
    if (value === null || before === null || paint === null) return null;
    return <line key={at} x1={x(at)} y1={y(before)} x2={x(at + 1)} y2={y(value)} stroke={paint} className={classes.heat} data-testid="heated" />;
  });
}
