/** Scatter plots: the samples that match in colour, all of them grey behind. */
import type { ScatterSeriesOption } from "echarts";
import type { PointsAnswer, SplitValues } from "../../api/dashboards";
import type { Value } from "../../explore/coloring";
import type { Compare, Scalar } from "../../filters/types";
import { compare } from "../../filters/summary";
import { count, number, value } from "../../theme/format";
import { at as shade, sequential } from "../../theme/ramps";
import { MISSING } from "../../theme/palette";
import { clausesOf, chosenOf } from "./choosing";
import { colorsOf } from "./colors";
import type { Drawing, Key, Picture } from "./picture";
import { extent, fit } from "./scales";

/** So many different values of a whole number are still categories. */
const FEW = 12;

export function drawPoints({ settings, answers, filter, look, size, own }: Drawing): Picture {
  const [matching, whole] = answers as [PointsAnswer, PointsAnswer];
  const [nameX, nameY, nameColor] = settings.fields;
  const coloring = nameColor ? colorOf(nameColor, matching.values[nameColor], own, look.theme, filter) : null;
  const part = matching.matching < whole.matching;
  const spanX = extent(whole.values[nameX].map(numeric), false);
  const spanY = extent(whole.values[nameY].map(numeric), false);
  const text = { color: look.dim, fontSize: 11 };
  const chosen = (field: string) => filter.filter((clause): clause is Compare => clause.kind === "compare" && clause.field === field && clause.enabled !== false);
  const inside = [nameX, nameY].map((field) => chosenValues(field, chosen(field)));
  const points = ({ rows, values }: PointsAnswer) =>
    rows.flatMap((row, at) => {
      const [x, y] = [numeric(values[nameX][at]), numeric(values[nameY][at])];
      return x === null || y === null ? [] : [{ row, at, x, y }];
    });
  const front: ScatterSeriesOption = {
    type: "scatter",
    z: 3,
    animation: false,
    symbolSize: 5,
    data: points(matching).map(({ row, at, x, y }) => ({
      value: [x, y],
      row,
      itemStyle: { color: coloring ? coloring.color(matching.values[nameColor][at]) : look.accent, opacity: inside[0](x) && inside[1](y) ? 0.75 : 0.15 },
    })),
    emphasis: { scale: 1.8 },
  };
  const behind: ScatterSeriesOption = {
    type: "scatter",
    z: 2,
    animation: false,
    silent: true,
    symbolSize: 4,
    itemStyle: { color: look.whole },
    data: points(whole).map(({ x, y }) => [x, y]),
  };
  const axis = { type: "value" as const, axisLabel: { ...text, formatter: (one: number) => number(one), hideOverlap: true }, splitLine: { lineStyle: { color: look.line } }, axisTick: { show: false }, axisLine: { show: false } };
  const shown = front.data?.length ?? 0;
  const places = new Map(matching.rows.map((row, at) => [row, at]));
  return {
    option: {
      grid: [{ left: 48, top: 26, width: Math.max(1, size.width - 64), height: Math.max(1, size.height - 64) }],
      xAxis: [{ ...axis, ...spanX, name: fit(nameX, size.width - 80), nameLocation: "middle", nameGap: 21, nameTextStyle: { ...text, color: look.faint } }],
      yAxis: [{ ...axis, ...spanY, name: fit(nameY, size.width - 20), nameLocation: "end", nameGap: 11, nameTextStyle: { ...text, color: look.faint, align: "left", padding: [0, 0, 0, -34] } }],
      series: part || !inside.every((test) => test === everything) ? [behind, front] : [front],
    },
    tip: ({ row }) => {
      const at = row === undefined ? undefined : places.get(row);
      if (at === undefined) return null;
      return { title: `Row ${row}`, lines: settings.fields.slice(0, 3).map((field) => ({ name: field, value: value(matching.values[field][at]) })), foot: "Click to open the sample" };
    },
    clauses: () => [],
    brush: {
      axes: "xy",
      clauses: (from, to) =>
        [nameX, nameY].map((field, axis): Compare => ({ kind: "compare", field, op: "between", value: [Math.min(from[axis], to[axis]), Math.max(from[axis], to[axis])].map(brief) })),
    },
    keys: coloring?.keys ?? [],
    note: shown < matching.matching ? `${count(shown)} of ${count(matching.matching)} samples, chosen evenly` : "",
  };
}

const everything = () => true;

/** Whether a number passes the ranges that are chosen on its field. */
function chosenValues(field: string, clauses: Compare[]): (value: number) => boolean {
  if (clauses.length === 0) return everything;
  return (value) => {
    const split: SplitValues = { field, kind: "distinct", values: [value], edges: null, whole_numbers: false, other: null, missing: null, beyond: 0 };
    return chosenOf(split, clauses)?.[0] ?? true;
  };
}

function numeric(value: Scalar | null): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Five telling digits: what a hand can mean. */
function brief(value: number): number {
  return Number(value.toPrecision(5));
}

/** Colours of a field's values: categories, or a ramp where it is a number of many values. */
function colorOf(field: string, values: (Scalar | null)[], own: Value[], theme: "dark" | "light", filter: Drawing["filter"]): { color: (value: Scalar | null) => string; keys: Key[] } {
  const known = [...new Set(values.filter((one) => one !== null))];
  if (known.every((one) => typeof one === "number") && known.length > FEW) {
    const numbers = known.filter(Number.isFinite);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const ramp = sequential(theme);
    const color = (one: Scalar | null) => (typeof one === "number" ? shade(ramp, (one - low) / (high - low || 1)) : MISSING[theme]);
    return { color, keys: [low, (low + high) / 2, high].map((one) => ({ name: `${field} ${number(one)}`, color: color(one), clauses: [], faded: false })) };
  }
  const sorted = known.sort(compare);
  const split: SplitValues = { field, kind: "distinct", values: sorted, edges: null, whole_numbers: false, other: null, missing: null, beyond: 0 };
  const palette = colorsOf(split, own, theme);
  const places = new Map(sorted.map((one, at) => [one, at]));
  const chosen = chosenOf(split, filter);
  return {
    color: (one) => (one === null ? MISSING[theme] : palette(places.get(one) ?? 0)),
    keys: sorted.map((one, at) => ({ name: value(one), color: palette(at), clauses: clausesOf(split, at), faded: chosen !== null && !chosen[at] })),
  };
}
