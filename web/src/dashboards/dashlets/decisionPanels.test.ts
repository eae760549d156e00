import { expect, test } from "vitest";
import type { DecisionCurve } from "../../api/dashboards";
import { outcomesAt, outcomesOf, pointsOf, qualitiesOf } from "./decisionPanels";

// Four decisions with scores 0.9 (yes), 0.8 (no), 0.6 (yes), 0.2 (no).
const curve: DecisionCurve = {
  label: "cat",
  positives: 2,
  negatives: 2,
  thresholds: [1, 0.9, 0.8, 0.6, 0.2],
  true_positive_rate: [0, 0.5, 0.5, 1, 1],
  false_positive_rate: [0, 0, 0.5, 0.5, 1],
  precision: [1, 1, 0.5, 2 / 3, 0.5],
  recall: [0, 0.5, 0.5, 1, 1],
  f1: [0, 2 / 3, 0.5, 0.8, 2 / 3],
  balanced_accuracy: [0.5, 0.75, 0.5, 0.75, 0.5],
  counts: [2, 1, 1, 0],
  area: 0.75,
  average_precision: 5 / 6,
};

test("rates become numbers of decisions on absolute axes", () => {
  expect(pointsOf(curve, "roc", false)[3]).toEqual([0.5, 1]);
  expect(pointsOf(curve, "roc", true)[3]).toEqual([1, 2]);
  expect(pointsOf(curve, "precision_recall", true)[3]).toEqual([2, 2 / 3]);
});

test("a curve without one side has no points", () => {
  const one = { ...curve, true_positive_rate: [null, null], false_positive_rate: [0, 1], recall: [null, null], precision: [0, 0] };
  expect(pointsOf(one, "precision_recall", false)).toEqual([]);
  expect(pointsOf(one, "roc", false)).toEqual([[0, null], [1, null]]);
});

test("outcomes while the threshold is dragged are those that the server counts", () => {
  expect(outcomesAt(curve, 0.5)).toEqual(outcomesOf(curve));
  expect(outcomesAt(curve, 0.85)).toEqual({ tp: 1, fp: 0, tn: 2, fn: 1 });
  expect(outcomesAt(curve, 0)).toEqual({ tp: 2, fp: 2, tn: 0, fn: 0 });
});

test("qualities follow from the outcomes", () => {
  const { precision, recall, f1, balanced_accuracy: balanced } = qualitiesOf(outcomesOf(curve));
  expect(precision).toBeCloseTo(2 / 3);
  expect(recall).toBe(1);
  expect(f1).toBeCloseTo(0.8);
  expect(balanced).toBeCloseTo(0.75);
  expect(qualitiesOf({ tp: 0, fp: 0, tn: 3, fn: 0 })).toEqual({ precision: null, recall: null, f1: null, balanced_accuracy: null });
});
