import type { EChartsType } from "echarts/core";
import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Compare } from "../../filters/types";
import classes from "./charts.module.css";
import { type How, howOf } from "./choosing";
import { init } from "./echarts";
import type { Look } from "./look";
import { forget, paintSoon } from "./paintQueue";
import type { Datum, Picture, Size } from "./picture";
import { tipElement } from "./tooltip";

/** The parts of a picture, each painted anew. */
const PAINTED = ["grid", "xAxis", "yAxis", "series", "title", "graphic"];
/** A press that moves less than this many CSS pixels is a click. */
const STILL = 4;

interface Band {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Paints a picture, and tells what is touched in it. */
export function Canvas({ picture, look, size, label, onTouch, onBrush, chart }: {
  picture: Picture;
  look: Look;
  size: Size;
  /** What the picture shows, for who cannot see it. */
  label: string;
  onTouch: (datum: Datum, how: How) => void;
  /** While a brush moves, and `done` when it is let go. */
  onBrush: (clauses: Compare[], how: How, done: boolean) => void;
  /** Receives the chart, for a copy of its picture. */
  chart: RefObject<EChartsType | null>;
}) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ picture, onTouch });
  const [band, setBand] = useState<Band | null>(null);
  /** Where a brush began, and the corner of the chart on the screen: it does not move meanwhile. */
  const press = useRef<{ x: number; y: number; left: number; top: number; grid: number; clauses: Compare[] | null } | null>(null);
  useLayoutEffect(() => {
    latest.current = { picture, onTouch };
  });

  useEffect(() => {
    const made = init(host.current as HTMLDivElement, null, { renderer: "canvas" });
    chart.current = made;
    made.on("click", (event) => {
      const datum = event.data as Datum | undefined;
      if (datum) latest.current.onTouch(datum, howOf(event.event?.event as unknown as MouseEvent));
    });
    return () => {
      forget(made);
      chart.current = null;
      made.dispose();
    };
  }, [chart]);

  useEffect(() => {
    // Apart from the pictures: making the tooltip anew takes a third of the time that painting takes.
    chart.current?.setOption(base(look, latest));
  }, [chart, look]);

  useEffect(() => {
    const made = chart.current;
    if (!made) return;
    paintSoon(made, () => {
      if (made.getWidth() !== size.width || made.getHeight() !== size.height) made.resize(size);
      made.setOption(picture.option, { replaceMerge: PAINTED });
    });
  }, [chart, picture, size]);

  const start = (event: PointerEvent) => {
    const { left, top } = (host.current as HTMLDivElement).getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    const grid = gridAt(chart.current, picture, x, y);
    press.current = event.button === 0 && picture.brush && grid >= 0 ? { x, y, left, top, grid, clauses: null } : null;
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const from = press.current;
    const { brush } = picture;
    if (!from || !brush || !chart.current) return;
    const [x, y] = [event.clientX - from.left, event.clientY - from.top];
    if (!from.clauses && Math.hypot(x - from.x, y - from.y) < STILL) return;
    if (!from.clauses) {
      event.currentTarget.setPointerCapture(event.pointerId);
      chart.current.dispatchAction({ type: "hideTip" });
    }
    const grid = gridsOf(picture)[from.grid];
    const to = { x: clamp(x, grid.left, grid.left + grid.width), y: clamp(y, grid.top, grid.top + grid.height) };
    const units = (place: { x: number; y: number }) => chart.current?.convertFromPixel({ gridIndex: from.grid }, [place.x, place.y]) as [number, number];
    setBand(bandOf(from, to, grid, brush.axes));
    const clauses = brush.clauses(units(from), units(to));
    if (JSON.stringify(clauses) === JSON.stringify(from.clauses)) return;
    from.clauses = clauses;
    onBrush(clauses, howOf(event), false);
  };
  const end = (event: PointerEvent) => {
    if (press.current?.clauses) onBrush(press.current.clauses, howOf(event), true);
    press.current = null;
    setBand(null);
  };
  return (
    <div
      className={classes.canvas}
      data-brush={picture.brush ? true : undefined}
      onPointerDownCapture={start}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={end}
    >
      <div ref={host} className={classes.host} role="img" aria-label={label} />
      {band && <div className={classes.band} style={band} data-testid="brush" />}
    </div>
  );
}

/** What every chart shares. */
function base(look: Look, latest: RefObject<{ picture: Picture }>) {
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: look.dim },
    tooltip: {
      trigger: "item" as const,
      appendTo: () => document.body,
      confine: false,
      transitionDuration: 0,
      padding: 0,
      borderWidth: 0,
      backgroundColor: "transparent",
      extraCssText: "box-shadow: none; pointer-events: none;",
      formatter: (event: { data?: unknown }) => {
        const tip = event.data ? latest.current.picture.tip(event.data as Datum) : null;
        return tip ? tipElement(tip) : "";
      },
    },
  };
}

function gridsOf({ option }: Picture): Band[] {
  return (option.grid ?? []) as Band[];
}

function gridAt(chart: EChartsType | null, picture: Picture, x: number, y: number): number {
  return gridsOf(picture).findIndex((_, gridIndex) => chart?.containPixel({ gridIndex }, [x, y]));
}

function bandOf(from: { x: number; y: number }, to: { x: number; y: number }, grid: Band, axes: "x" | "y" | "xy"): Band {
  const left = axes === "y" ? grid.left : Math.min(from.x, to.x);
  const top = axes === "x" ? grid.top : Math.min(from.y, to.y);
  return {
    left,
    top,
    width: axes === "y" ? grid.width : Math.abs(to.x - from.x),
    height: axes === "x" ? grid.height : Math.abs(to.y - from.y),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
