import type { EChartsType } from "echarts/core";
import { useElementSize } from "@mantine/hooks";
import { type ReactNode, useMemo, useRef } from "react";
import { Canvas } from "../charts/Canvas";
import charts from "../charts/charts.module.css";
import { csvOf } from "../charts/csv";
import { useLook } from "../charts/look";
import type { Picture, Size } from "../charts/picture";
import { useOffer } from "../frame/offer";
import { type Curve, curvesOption, type Grid, gridsOf, type Panel } from "./curveChart";

const nothing = () => undefined;

/** Paints panels of curves; what is rendered over them knows where they lie. */
export function CurveCanvas({ panels, label, renderOver }: { panels: Panel[]; label: string; renderOver?: (grids: Grid[]) => ReactNode }) {
  const look = useLook();
  const { ref, width, height } = useElementSize();
  const chart = useRef<EChartsType | null>(null);
  const size = useMemo<Size>(() => ({ width: Math.round(width), height: Math.round(height) }), [width, height]);
  const picture = useMemo<Picture | null>(
    () => (size.width > 20 && size.height > 20 ? { option: curvesOption(panels, look, size), tip: () => null, clauses: () => [], brush: null, keys: [], note: "" } : null),
    [panels, look, size],
  );
  useOffer({
    csv: () => csvOf({ head: ["curve", panels[0]?.x.name ?? "x", panels[0]?.y.name || "value"], lines: panels.flatMap(({ title, curves }) => curves.flatMap((curve) => linesOf(title, curve))) }),
    picture: () => chart.current?.getDataURL({ pixelRatio: 2, backgroundColor: look.surface }) ?? null,
  });
  return (
    <div className={charts.room} ref={ref}>
      {picture && <Canvas picture={picture} look={look} size={size} label={label} onTouch={nothing} onBrush={nothing} chart={chart} />}
      {picture && renderOver?.(gridsOf(panels.length, panels.some(({ title }) => title !== ""), size))}
    </div>
  );
}

function linesOf(title: string, { name, points, faint }: Curve): (string | number | null)[][] {
  return faint ? [] : points.map(([x, y]) => [title ? `${title}, ${name}` : name, x, y]);
}
