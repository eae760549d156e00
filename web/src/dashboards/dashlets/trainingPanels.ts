/** Training curves as panels: one a metric, its subsets together. Pure. */
import type { TrainingCurves } from "../../api/dashboards";
import { number } from "../../theme/format";
import type { Curve, Panel } from "./curveChart";

type Series = TrainingCurves["series"][number];
export type By = Series["by"];

export interface Style {
  by: By;
  /** How much of each point comes from those before it, 0..1. */
  smoothing: number;
  logarithmic: boolean;
  /** Only these; empty: all. */
  metrics: readonly string[];
  colorOf(subset: string): string;
}

/** What the curves can run over; epochs first. */
export function waysOf(series: Series[]): By[] {
  return (["epoch", "step"] as const).filter((by) => series.some((one) => one.by === by));
}

export function metricsOf(series: Series[], by: By): string[] {
  return [...new Set(series.filter((one) => one.by === by).map(({ metric }) => metric))];
}

export function subsetsOf(series: Series[]): string[] {
  return [...new Set(series.map(({ subset }) => subset))];
}

/**
 * Exponential moving average that knows how far it has come: early points are weighed by what there is of them
 * (Kingma & Ba 2015, section 3), so that a curve begins where its values do.
 */
export function smooth(values: (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return values;
  let mean = 0;
  let seen = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    seen++;
    mean = weight * mean + (1 - weight) * value;
    return mean / (1 - weight ** seen);
  });
}

export function trainingPanels(series: Series[], style: Style): Panel[] {
  const metrics = metricsOf(series, style.by).filter((metric) => style.metrics.length === 0 || style.metrics.includes(metric));
  return metrics.map((metric) => {
    const members = series.filter((one) => one.by === style.by && one.metric === metric);
    const drawable = (value: number | null) => (value === null || (style.logarithmic && value <= 0) ? null : value);
    const points = (one: Series, values: (number | null)[]) => one.at.map((at, place): [number, number | null] => [at, drawable(values[place])]);
    const main = members.map((one): Curve => ({ name: one.subset, color: style.colorOf(one.subset), points: points(one, smooth(one.values, style.smoothing)) }));
    const raw = style.smoothing > 0 ? members.map((one): Curve => ({ name: one.subset, color: style.colorOf(one.subset), points: points(one, one.values), faint: true })) : [];
    return {
      title: metric,
      curves: [...raw, ...main],
      x: { name: style.by, ends: null },
      y: { name: metric, ends: null, logarithmic: style.logarithmic },
      tip: (x) => {
        const here = nearestPlace(members, x);
        return {
          title: `${style.by} ${number(here)}`,
          lines: main.flatMap(({ name, color, points }, place) => {
            const at = members[place].at.indexOf(here);
            if (at < 0 || points[at][1] === null) return [];
            return [{ color, name, value: number(points[at][1]), note: style.smoothing > 0 ? `measured ${number(members[place].values[at])}` : undefined }];
          }),
        };
      },
    };
  });
}

/** The step or epoch nearest to a place of the axis. */
function nearestPlace(series: Series[], x: number): number {
  return series.flatMap(({ at }) => at).reduce((best, at) => (Math.abs(at - x) < Math.abs(best - x) ? at : best), Infinity);
}
