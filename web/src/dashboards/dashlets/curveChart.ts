/** Panels of curves over a number, as an ECharts option. Pure. */
import type { Look } from "../charts/look";
import type { Size, Tip } from "../charts/picture";
import { extent, fit } from "../charts/scales";
import { tipElement } from "../charts/tooltip";
import { number, shortCount } from "../../theme/format";

export interface Curve {
  name: string;
  color: string;
  /** x rising (or falling); a y of null leaves a gap. */
  points: [x: number, y: number | null][];
  /** Behind the others, without words. */
  faint?: boolean;
  dashed?: boolean;
  strong?: boolean;
}

export interface Axis {
  name: string;
  /** The ends; null: those of the curves. */
  ends: [number, number] | null;
  logarithmic?: boolean;
}

export interface Panel {
  title: string;
  curves: Curve[];
  x: Axis;
  y: Axis;
  /** What stands at a place of the x axis. */
  tip(x: number): Tip | null;
}

/** Where a panel's curves lie, in CSS pixels. */
export interface Grid {
  left: number;
  top: number;
  width: number;
  height: number;
}

const ROOM = { left: 46, right: 14, top: 10, titled: 22, bottom: 34 };
const LEAST = 230;

/** Lays panels side by side as far as there is room, then one below the other. */
export function gridsOf(panels: number, titled: boolean, { width, height }: Size): Grid[] {
  const columns = Math.max(1, Math.min(panels, Math.floor(width / LEAST)));
  const lines = Math.ceil(panels / columns);
  const top = titled ? ROOM.titled : ROOM.top;
  return Array.from({ length: panels }, (_, at) => ({
    left: Math.floor(((at % columns) * width) / columns) + ROOM.left,
    top: Math.floor((Math.floor(at / columns) * height) / lines) + top,
    width: Math.max(10, Math.floor(width / columns) - ROOM.left - ROOM.right),
    height: Math.max(10, Math.floor(height / lines) - top - ROOM.bottom),
  }));
}

export function curvesOption(panels: Panel[], look: Look, size: Size) {
  const titled = panels.some(({ title }) => title !== "");
  const grids = gridsOf(panels.length, titled, size);
  const text = { color: look.dim, fontSize: 11 };
  const axis = (axis: Axis, values: Iterable<number | null>) => {
    const ends = axis.ends ? { min: axis.ends[0], max: axis.ends[1] } : axis.logarithmic ? {} : span(values);
    return {
      ...ends,
      type: axis.logarithmic ? ("log" as const) : ("value" as const),
      axisLabel: { ...text, formatter: (value: number) => (Math.abs(value) >= 10_000 ? shortCount(value) : number(value)), hideOverlap: true },
      splitLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
    };
  };
  return {
    grid: grids.map(({ left, top, width, height }) => ({ left, top, width, height })),
    title: panels.map(({ title }, at) => ({ text: fit(title, grids[at].width), left: grids[at].left, top: grids[at].top - 19, padding: 0, textStyle: { color: look.dim, fontSize: 11, fontWeight: 600 } })),
    xAxis: panels.map(({ x, curves }, gridIndex) => ({
      gridIndex,
      ...axis(x, curves.flatMap(({ points }) => points.map(([at]) => at))),
      ...(x.ends === null && bare(curves)),
      name: fit(x.name, grids[gridIndex].width),
      nameLocation: "middle" as const,
      nameGap: 20,
      nameTextStyle: { ...text, color: look.faint },
      axisLine: { lineStyle: { color: look.strong }, onZero: false },
      splitLine: { show: false },
      axisPointer: { show: true, snap: false, label: { show: false }, lineStyle: { color: look.faint, type: "solid" as const } },
    })),
    yAxis: panels.map(({ y, curves }, gridIndex) => ({ gridIndex, ...axis(y, curves.flatMap(({ points }) => points.map(([, value]) => value))), axisLine: { show: false } })),
    series: panels.flatMap(({ curves }, at) =>
      curves.map(({ name, color, points, faint, dashed, strong }) => ({
        type: "line" as const,
        name,
        xAxisIndex: at,
        yAxisIndex: at,
        data: points,
        showSymbol: points.length === 1,
        symbolSize: 6,
        silent: true,
        z: faint ? 1 : strong ? 4 : 3,
        itemStyle: { color },
        lineStyle: { color, width: strong ? 2.2 : 1.5, opacity: faint ? 0.35 : 1, type: dashed ? ("dashed" as const) : ("solid" as const) },
      })),
    ),
    tooltip: {
      trigger: "axis" as const,
      appendTo: () => document.body,
      transitionDuration: 0,
      padding: 0,
      borderWidth: 0,
      backgroundColor: "transparent",
      extraCssText: "box-shadow: none; pointer-events: none;",
      formatter: (events: { axisValue: number | string; axisIndex: number }[]) => {
        const tip = events.length > 0 ? panels[events[0].axisIndex]?.tip(Number(events[0].axisValue)) : null;
        return tip ? tipElement(tip) : "";
      },
    },
  };
}

function span(values: Iterable<number | null>) {
  const { min, max } = extent(values, false);
  return { min, max };
}

/** Curves over steps begin and end where they do, not at a round number. */
function bare(curves: Curve[]) {
  const places = curves.flatMap(({ points }) => points.map(([at]) => at));
  if (places.length === 0) return {};
  return { min: Math.min(...places), max: Math.max(...places) };
}

/** The point of a curve nearest to a place of the x axis; null without any. */
export function nearest(points: Curve["points"], x: number): number | null {
  let best: number | null = null;
  for (let at = 0; at < points.length; at++) if (points[at][1] !== null && (best === null || Math.abs(points[at][0] - x) < Math.abs(points[best][0] - x))) best = at;
  return best;
}
