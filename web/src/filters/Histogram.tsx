import { type PointerEvent, useRef, useState } from "react";
import { at } from "../theme/ramps";
import { count, number } from "../theme/format";
import classes from "./histogram.module.css";
import type { NumericSummary } from "./summary";

export type Range = [number, number];

const WIDTH = 240;

/** Bars of a field's values, whole and under the filter, with a brush that makes a range. */
export function Histogram({ summary, range, onRange, ramp, domain, height = 44 }: {
  summary: NumericSummary;
  range: Range | null;
  onRange?: (range: Range | null) => void;
  /** Colours the bars as the map colours the values. */
  ramp?: string[];
  domain?: Range;
  height?: number;
}) {
  const { edges, all, matching } = summary;
  const svg = useRef<SVGSVGElement>(null);
  const from = useRef<{ anchor: number; moved: boolean } | null>(null);
  const [tip, setTip] = useState<number | null>(null);
  if (edges.length < 2) return <div className={classes.none}>No sample has a value.</div>;
  const low = edges[0];
  const high = edges[edges.length - 1];
  const most = Math.max(1, ...all);
  const x = (value: number) => ((Math.min(high, Math.max(low, value)) - low) / (high - low || 1)) * WIDTH;
  // The root lets small bars be seen beside large ones.
  const y = (size: number) => (size === 0 ? 0 : Math.max(1.5, Math.sqrt(size / most) * height));

  const valueOf = (event: PointerEvent) => {
    const box = (svg.current as SVGSVGElement).getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return low + share * (high - low);
  };
  const start = (event: PointerEvent) => {
    if (!onRange || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const value = valueOf(event);
    const slack = ((high - low) / WIDTH) * 6;
    // Near an edge of the range that edge moves; elsewhere a new range begins.
    const near = range && [Math.abs(range[0] - value), Math.abs(range[1] - value)];
    const anchor = range && near && Math.min(...near) < slack ? (near[0] < near[1] ? range[1] : range[0]) : value;
    from.current = { anchor, moved: false };
  };
  const move = (event: PointerEvent) => {
    const value = valueOf(event);
    setTip(Math.min(all.length - 1, Math.floor(((value - low) / (high - low || 1)) * all.length)));
    const drag = from.current;
    if (!drag || !onRange) return;
    if (!drag.moved && Math.abs(value - drag.anchor) < ((high - low) / WIDTH) * 3) return;
    drag.moved = true;
    onRange(rounded(Math.min(drag.anchor, value), Math.max(drag.anchor, value), high - low));
  };
  const end = () => {
    if (from.current && !from.current.moved) onRange?.(null);
    from.current = null;
  };
  return (
    <div className={classes.box}>
      <svg
        ref={svg}
        viewBox={`0 0 ${WIDTH} ${height}`}
        preserveAspectRatio="none"
        height={height}
        className={classes.svg}
        data-brush={onRange ? true : undefined}
        onPointerDown={start}
        onPointerMove={move}
        onPointerUp={end}
        onPointerLeave={() => setTip(null)}
        role="img"
        aria-label="Histogram; drag over it to set a range"
        data-testid="histogram"
      >
        {all.map((size, bin) => {
          const left = x(edges[bin]);
          const width = Math.max(0.5, x(edges[bin + 1]) - left - (all.length < 80 ? 0.8 : 0));
          const middle = (edges[bin] + edges[bin + 1]) / 2;
          const color = ramp && domain ? at(ramp, (middle - domain[0]) / (domain[1] - domain[0] || 1)) : undefined;
          return (
            <g key={edges[bin]}>
              <rect x={left} width={width} y={height - y(size)} height={y(size)} className={classes.all} />
              <rect x={left} width={width} y={height - y(matching[bin])} height={y(matching[bin])} className={classes.matching} style={color ? { fill: color } : undefined} />
            </g>
          );
        })}
        {range && (
          <>
            <rect x={0} width={x(range[0])} y={0} height={height} className={classes.shade} />
            <rect x={x(range[1])} width={WIDTH - x(range[1])} y={0} height={height} className={classes.shade} />
            <line x1={x(range[0])} x2={x(range[0])} y1={0} y2={height} className={classes.edge} />
            <line x1={x(range[1])} x2={x(range[1])} y1={0} y2={height} className={classes.edge} />
          </>
        )}
      </svg>
      {tip !== null && tip >= 0 && all[tip] !== undefined && (
        <div className={classes.tip}>
          {number(edges[tip])} – {number(edges[tip + 1])}: <b>{count(matching[tip])}</b>
          {matching[tip] !== all[tip] && ` of ${count(all[tip])}`}
        </div>
      )}
    </div>
  );
}

/** Ends with no more digits than a hand can mean: a five-hundredth of the whole span. */
export function rounded(low: number, high: number, span: number): Range {
  const digits = Math.min(12, Math.max(0, Math.ceil(-Math.log10(span / 500))));
  return [Number(low.toFixed(digits)), Number(high.toFixed(digits))];
}
