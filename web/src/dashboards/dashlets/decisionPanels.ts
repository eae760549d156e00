/** What ROC, precision–recall and threshold charts draw of decisions. Pure. */
import type { DecisionCurve, DecisionsAnswer } from "../../api/dashboards";
import { count, number } from "../../theme/format";
import type { Look } from "../charts/look";
import type { Tip } from "../charts/picture";
import { type Curve, nearest, type Panel } from "./curveChart";

export type Chart = "roc" | "precision_recall";

/** Every label together, where several are drawn. */
export const TOGETHER = "all labels";

export const nameOf = (curve: DecisionCurve): string => curve.label ?? TOGETHER;

/** The area that a chart's curve is told by. */
export function areaOf(curve: DecisionCurve, chart: Chart): number | null {
  return chart === "roc" ? curve.area : curve.average_precision;
}

/** The points of a curve; rates, or with `absolute` numbers of decisions. */
export function pointsOf(curve: DecisionCurve, chart: Chart, absolute: boolean): Curve["points"] {
  const found = absolute ? curve.positives : 1;
  if (chart === "precision_recall") return pairs(curve.recall, curve.precision, found, 1);
  return pairs(curve.false_positive_rate, curve.true_positive_rate, absolute ? curve.negatives : 1, found);
}

function pairs(x: (number | null)[], y: (number | null)[], timesX: number, timesY: number): Curve["points"] {
  return x.flatMap((value, at): Curve["points"] => {
    const other = y[at];
    return value === null ? [] : [[value * timesX, other === null ? null : other * timesY]];
  });
}

const AXES = {
  roc: { rates: ["false positive rate", "true positive rate"], counts: ["false positives", "true positives"] },
  precision_recall: { rates: ["recall", "precision"], counts: ["true positives", "precision"] },
} as const;

/** The panel of ROC or precision–recall: one curve a label, and all labels together. */
export function ratesPanel(decisions: DecisionsAnswer, chart: Chart, absolute: boolean, colorOf: (label: string | null) => string, look: Look): Panel {
  const shown = decisions.curves.filter((curve) => areaOf(curve, chart) !== null);
  const curves = shown.map((curve): Curve => ({ name: nameOf(curve), color: colorOf(curve.label), points: pointsOf(curve, chart, absolute), strong: curve.label === null }));
  const chance: Curve[] = chart === "roc" && !absolute ? [{ name: "chance", color: look.faint, points: [[0, 0], [1, 1]], faint: true, dashed: true }] : [];
  const [x, y] = AXES[chart][absolute ? "counts" : "rates"];
  return {
    title: "",
    curves: [...chance, ...curves],
    x: { name: x, ends: absolute ? null : [0, 1] },
    y: { name: y, ends: absolute && chart === "roc" ? null : [0, 1] },
    tip: (at) => ratesTip(shown, curves, at, x, y),
  };
}

const MOST_LINES = 12;

function ratesTip(shown: DecisionCurve[], curves: Curve[], x: number, xName: string, yName: string): Tip | null {
  const lines = curves.flatMap(({ name, color, points }, place) => {
    const at = nearest(points, x);
    if (at === null) return [];
    return [{ color, name, value: number(points[at][1], 3), note: `at threshold ${number(shown[place].thresholds[at], 3)}` }];
  });
  if (lines.length === 0) return null;
  const few = lines.length <= 3;
  return { title: `${xName} ${number(x, 3)}`, lines: lines.slice(0, MOST_LINES).map((line) => (few ? line : { ...line, note: undefined })), foot: `${yName}${lines.length > MOST_LINES ? `; ${lines.length - MOST_LINES} more labels` : ""}` };
}

export const QUALITIES = [
  { key: "precision", name: "precision" },
  { key: "recall", name: "recall" },
  { key: "f1", name: "F1" },
  { key: "balanced_accuracy", name: "balanced accuracy" },
] as const;

/** The panel of qualities by threshold. */
export function thresholdPanel(curve: DecisionCurve, palette: readonly string[]): Panel {
  const curves = QUALITIES.map(({ key, name }, at): Curve => ({
    name,
    color: palette[at],
    points: curve.thresholds.map((threshold, place): [number, number | null] => [Math.min(1, Math.max(0, threshold)), curve[key][place]]),
  }));
  return {
    title: "",
    curves,
    x: { name: "threshold of the probability", ends: [0, 1] },
    y: { name: "", ends: [0, 1] },
    tip: (x) => ({
      title: `threshold ${number(x, 3)}`,
      lines: curves.flatMap(({ name, color, points }) => {
        const at = nearest(points, x);
        return at === null ? [] : [{ color, name, value: number(points[at][1], 3) }];
      }),
    }),
  };
}

export interface Outcomes {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

/** What came of the decisions at the threshold that was asked for. */
export function outcomesOf({ counts: [tp, fp, tn, fn] }: DecisionCurve): Outcomes {
  return { tp, fp, tn, fn };
}

/** About what comes of them at another threshold, from the points of the curve. */
export function outcomesAt(curve: DecisionCurve, threshold: number): Outcomes {
  let at = 0;
  for (let point = 0; point < curve.thresholds.length; point++) if (curve.thresholds[point] >= threshold) at = point;
  const tp = Math.round((curve.true_positive_rate[at] ?? 0) * curve.positives);
  const fp = Math.round((curve.false_positive_rate[at] ?? 0) * curve.negatives);
  return { tp, fp, tn: curve.negatives - fp, fn: curve.positives - tp };
}

/** Qualities of what came of the decisions; null where nothing defines one. */
export function qualitiesOf({ tp, fp, tn, fn }: Outcomes): Record<(typeof QUALITIES)[number]["key"], number | null> {
  const recall = share(tp, tp + fn);
  const rejected = share(tn, tn + fp);
  return {
    precision: share(tp, tp + fp),
    recall,
    f1: share(2 * tp, 2 * tp + fp + fn),
    balanced_accuracy: recall === null || rejected === null ? null : (recall + rejected) / 2,
  };
}

function share(part: number, of: number): number | null {
  return of > 0 ? part / of : null;
}

/** What a curve rests on, in words. */
export function restsOn({ positives, negatives }: DecisionCurve): string {
  return `${count(positives)} that should be yes, ${count(negatives)} that should be no`;
}
