import { expect, test } from "vitest";
import { metricsOf, smooth, trainingPanels, waysOf } from "./trainingPanels";

const series = [
  { metric: "loss", subset: "training", by: "epoch" as const, at: [1, 2, 3], values: [1, 0.5, 0.25] },
  { metric: "loss", subset: "validation", by: "epoch" as const, at: [1, 2, 3], values: [1.2, null, 0] },
  { metric: "accuracy", subset: "training", by: "epoch" as const, at: [1, 2, 3], values: [0.1, 0.6, 0.9] },
  { metric: "loss", subset: "training", by: "step" as const, at: [10, 20], values: [2, 1] },
];
const style = { by: "epoch" as const, smoothing: 0, logarithmic: false, metrics: [], colorOf: () => "red" };

test("what there is to show", () => {
  expect(waysOf(series)).toEqual(["epoch", "step"]);
  expect(metricsOf(series, "epoch")).toEqual(["loss", "accuracy"]);
  expect(metricsOf(series, "step")).toEqual(["loss"]);
});

test("a metric is a panel with its subsets", () => {
  const [loss, accuracy] = trainingPanels(series, style);
  expect(loss.curves.map(({ name }) => name)).toEqual(["training", "validation"]);
  expect(loss.curves[1].points).toEqual([[1, 1.2], [2, null], [3, 0]]);
  expect(accuracy.curves).toHaveLength(1);
  expect(trainingPanels(series, { ...style, metrics: ["accuracy"] })).toHaveLength(1);
  expect(loss.tip(2.2)?.title).toBe("epoch 2");
  expect(loss.tip(2.2)?.lines.map(({ value }) => value)).toEqual(["0.5"]);
  expect(loss.tip(1.4)?.lines.map(({ value }) => value)).toEqual(["1", "1.2"]);
});

test("smoothing begins where the values do, and leaves a constant as it is", () => {
  expect(smooth([4, 4, 4], 0.9).map((value) => Number(value?.toFixed(9)))).toEqual([4, 4, 4]);
  const [first, second] = smooth([1, 0], 0.5) as number[];
  expect(first).toBeCloseTo(1);
  expect(second).toBeCloseTo(1 / 3);
  expect(smooth([1, null, 1], 0.5)[1]).toBeNull();
});

test("smoothed curves have what was measured behind them", () => {
  const [loss] = trainingPanels(series, { ...style, smoothing: 0.5 });
  expect(loss.curves.map(({ faint }) => faint === true)).toEqual([true, true, false, false]);
});

test("what is not above zero has no place on a logarithmic axis", () => {
  const [loss] = trainingPanels(series, { ...style, logarithmic: true });
  expect(loss.curves[1].points[2]).toEqual([3, null]);
});
