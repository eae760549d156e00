/** Donuts: the samples that match in colour, the shares of all of them as a thin grey ring outside. */
import type { PieSeriesOption } from "echarts";
import { percent } from "../../theme/format";
import { chosenOf, clausesOf } from "./choosing";
import { colorsOf } from "./colors";
import { layCells } from "./facets";
import { isPart, measured, read, type Role } from "./groups";
import { firstMeasure, measureName, measureText, partName, splitName } from "./measures";
import type { Drawing, Picture } from "./picture";
import { fit } from "./scales";

const ROLES: readonly Role[] = ["x", "columns", "rows"];

export function drawDonuts({ settings, answers, filter, look, size, own, runs }: Drawing): Picture {
  const [answer] = answers;
  if (answer.kind !== "groups") throw new Error("A donut asks for groups.");
  const reading = read(answer, settings, ROLES);
  const split = reading.split("x");
  const measure = firstMeasure(settings);
  const part = isPart(answer);
  if (!split) throw new Error("A donut needs a split.");
  const colors = colorsOf(split, own, look.theme);
  const chosen = chosenOf(split, filter);
  const codes = reading.codes("x") as number[];
  const faded = (code: number) => chosen !== null && !chosen[code];
  const title = (column: number | null, row: number | null) =>
    (["columns", "rows"] as const).flatMap((role, at) => {
      const [facet, code] = [reading.split(role), [column, row][at]];
      return facet && code !== null ? [partName(facet, code, runs)] : [];
    }).join(" · ");
  const { cells, dropped } = layCells(size, { left: 8, right: 8, top: 4, bottom: 8 }, reading.codes("columns"), reading.codes("rows"), title);
  const rings = cells.flatMap((cell): PieSeriesOption[] => {
    const center = [cell.left + cell.width / 2, cell.top + cell.height / 2];
    const radius = Math.min(cell.width, cell.height) / 2 - (part ? 4 : 1);
    const named = radius > 62;
    const slices = codes.map((code) => {
      const at = reading.at({ x: code, columns: cell.columns, rows: cell.rows });
      return { code, at, one: measured(answer, reading.group(at)) };
    });
    const shared = { type: "pie", center, animation: false, startAngle: 90, stillShowZeroSum: false } as const;
    const front: PieSeriesOption = {
      ...shared,
      radius: [radius * 0.56, radius * (part ? 0.9 : 1)],
      label: { show: false },
      padAngle: 0.6,
      data: slices.map(({ code, at, one }) => ({ value: one?.matching ?? 0, name: partName(split, code, runs), at, itemStyle: { color: colors(code), opacity: faded(code) ? 0.28 : 1 } })),
      ...(named && { label: { show: true, position: "inside", fontSize: 11, color: "#fff", textBorderColor: "rgba(0,0,0,0.55)", textBorderWidth: 2, formatter: ({ name, percent: share }) => ((share ?? 0) < 6 ? "" : fit(name, radius * 0.5)) } }),
    };
    if (!part) return [front];
    const behind: PieSeriesOption = {
      ...shared,
      radius: [radius * 0.94, radius],
      label: { show: false },
      padAngle: 0.6,
      silent: true,
      data: slices.map(({ code, one }) => ({ value: one?.all ?? 0, itemStyle: { color: colors(code), opacity: 0.3 } })),
    };
    return [behind, front];
  });
  const total = answer.measures[0].matching.reduce((sum: number, value) => sum + (value ?? 0), 0);
  return {
    option: {
      series: rings,
      title: cells.filter(({ title }) => title).map((cell) => ({ text: fit(cell.title, cell.width), left: cell.left, top: cell.top - 15, padding: 0, textStyle: { color: look.dim, fontSize: 11, fontWeight: 600 } })),
    },
    tip: ({ at }) => {
      if (!at) return null;
      const one = measured(answer, reading.group(at));
      const whole = part && one?.all !== null ? ` of ${measureText(measure, one?.all)}` : "";
      const share = total > 0 && one?.matching ? percent(one.matching / total) : "0 %";
      return {
        title: `${splitName(split)} ${partName(split, at[0] ?? 0, runs)}`,
        lines: [{ color: colors(at[0] ?? 0), name: measureName(measure), value: `${measureText(measure, one?.matching ?? 0)}${whole}`, note: `${share} of what matches` }],
      };
    },
    clauses: ({ at }) => (at ?? []).flatMap((code, place) => (code === null ? [] : clausesOf(answer.splits[place], code))),
    brush: null,
    keys: codes.map((code) => ({ name: partName(split, code, runs), color: colors(code), clauses: clausesOf(split, code), faded: faded(code) })),
    note: [...answer.notes, ...(dropped > 0 ? [`${dropped} more when enlarged`] : [])].join(" · "),
  };
}
