/** Heat maps: a measure where two splits meet. Where only samples that do not match are, a grey cell says so. */
import type { CustomSeriesOption } from "echarts";
import { count, number } from "../../theme/format";
import { at as shade, sequential } from "../../theme/ramps";
import { chosenOf, clausesOf, clausesOfParts, partsOf } from "./choosing";
import { isPart, measured, naturally, read, type Role } from "./groups";
import { firstMeasure, isAdditive, measureName, measureText, partName, restsOn, splitName } from "./measures";
import type { Drawing, Picture } from "./picture";
import { extent, fit, widthOf } from "./scales";
import { tick } from "./xy";

/** Height that a line of names takes, in CSS pixels. */
const LINE = 14;
export const HEAT_ROLES: readonly Role[] = ["x", "y"];

export function drawHeatMap({ settings, answers, filter, look, size, runs }: Drawing): Picture {
  const [answer] = answers;
  if (answer.kind !== "groups") throw new Error("A heat map asks for groups.");
  const reading = read(answer, settings, HEAT_ROLES);
  const [x, y] = [reading.split("x"), reading.split("y")];
  if (!x || !y) throw new Error("A heat map needs two splits.");
  const measure = firstMeasure(settings);
  const part = isPart(answer);
  const [across, down] = ([["x", x], ["y", y]] as const).map(([role, split]) => {
    if (split.edges) return Array.from({ length: partsOf(split) }, (_, bin) => bin);
    const codes = reading.codes(role);
    return (reading.byCount(role) ? naturally(split, codes) : codes) as number[];
  });
  const names = [x, y].map((split, at) => [across, down][at].map((code) => (split.edges ? number(split.edges[code]) : partName(split, code, runs))));
  const cells = across.flatMap((codeX, column) =>
    down.flatMap((codeY, row) => {
      const at = reading.at({ x: codeX, y: codeY });
      const one = measured(answer, reading.group(at));
      return one ? [{ column, row, at, one }] : [];
    }),
  );
  const { min, max } = extent(cells.map(({ one }) => one.matching), isAdditive(measure));
  const ramp = sequential(look.theme);
  const marked = [chosenOf(x, filter), chosenOf(y, filter)];
  const faded = (codes: (number | null)[]) => codes.some((code, at) => code !== null && marked[at] !== null && !marked[at][code]);
  const left = Math.min(size.width * 0.35, Math.max(20, ...names[1].map(widthOf)) + 12);
  const grid = { left, top: 8, width: Math.max(1, size.width - left - 12), height: Math.max(1, size.height - 8 - 52) };
  const room = [grid.width / Math.max(1, across.length), grid.height / Math.max(1, down.length)];
  const worded = room[0] > 34 && room[1] > 15;
  const text = { color: look.dim, fontSize: 11 };
  const axis = (at: 0 | 1) => ({
    type: "category" as const,
    data: names[at],
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...text, interval: at === 1 ? Math.max(0, Math.ceil(LINE / room[1]) - 1) : ("auto" as const), formatter: (name: string) => fit(name, at === 0 ? Math.max(room[0] - 2, 40) : left - 10), hideOverlap: true },
    splitLine: { show: false },
  });
  const series: CustomSeriesOption = {
    type: "custom",
    animation: false,
    data: cells.map(({ column, row, at, one }) => ({ value: [column, row, one.matching], at })),
    renderItem: (params, api) => {
      const { column, row, at, one } = cells[params.dataIndex];
      const [centerX, centerY] = api.coord([column, row]);
      const [width, height] = (api.size as (value: number[]) => number[])([1, 1]);
      const share = one.matching === null ? 0 : (one.matching - min) / (max - min || 1);
      const fill = one.matching === null ? look.whole : shade(ramp, share);
      const light = look.theme === "dark" ? share > 0.55 : share < 0.45;
      return {
        type: "rect",
        shape: { x: centerX - width / 2 + 0.5, y: centerY - height / 2 + 0.5, width: Math.max(0.5, width - 1), height: Math.max(0.5, height - 1) },
        style: { fill, opacity: faded(at) ? 0.25 : 1 },
        emphasis: { style: { stroke: look.text, lineWidth: 1 } },
        ...(worded && one.matching !== null && { textContent: { type: "text" as const, style: { text: tick(measure, one.matching), fill: light ? "#101317" : "#ffffff", fontSize: 10.5 } } }),
        textConfig: { position: "inside" },
      };
    },
  };
  return {
    option: {
      grid: [grid],
      xAxis: [{ ...axis(0), name: fit(splitName(x), grid.width), nameLocation: "middle", nameGap: 21, nameTextStyle: { ...text, color: look.faint } }],
      yAxis: [{ ...axis(1), inverse: !y.edges }],
      series: [series],
      graphic: legend(ramp, [tick(measure, min), tick(measure, max)], measureName(measure), size, look),
    },
    tip: ({ at }) => {
      if (!at) return null;
      const one = measured(answer, reading.group(at));
      const title = [x, y].map((split, place) => `${splitName(split)} ${partName(split, at[place] ?? 0, runs)}`).join(", ");
      const note = `${restsOn(measure, one?.count ?? 0)}${part ? `; all ${count(one?.countAll ?? 0)}: ${measureText(measure, one?.all)}` : ""}`;
      return { title, lines: [{ name: measureName(measure), value: measureText(measure, one?.matching), note }] };
    },
    clauses: ({ at }) => (at ?? []).flatMap((code, place) => (code === null ? [] : clausesOf([x, y][place], code))),
    brush: {
      axes: "xy",
      clauses: (from, to) =>
        [x, y].flatMap((split, axis) => {
          const codes = [across, down][axis];
          const [a, b] = [from[axis], to[axis]].map((value) => Math.min(codes.length - 1, Math.max(0, Math.round(value))));
          return clausesOfParts(split, codes.slice(Math.min(a, b), Math.max(a, b) + 1));
        }),
    },
    keys: [],
    note: [...answer.notes, ...(answer.dropped > 0 ? [`${count(answer.dropped)} cells left out`] : [])].join(" · "),
  };
}

/** The ramp with its ends, below the map. */
function legend(ramp: string[], [low, high]: [string, string], name: string, { width, height }: { width: number; height: number }, look: Drawing["look"]) {
  const [long, y] = [90, height - 12];
  const right = width - 14;
  const words = (text: string, x: number, align: "left" | "right") => ({ type: "text" as const, silent: true, x, y, style: { text, fill: look.faint, fontSize: 10.5, textAlign: align, textVerticalAlign: "middle" as const } });
  const highWide = widthOf(high) + 4;
  const stops = Array.from({ length: 9 }, (_, at) => ({ offset: at / 8, color: shade(ramp, at / 8) }));
  const start = right - highWide - long;
  return [
    words(high, right, "right"),
    { type: "rect" as const, silent: true, shape: { x: start, y: y - 4, width: long, height: 8 }, style: { fill: { type: "linear" as const, x: 0, y: 0, x2: 1, y2: 0, colorStops: stops } } },
    words(low, start - 5, "right"),
    words(fit(name, Math.max(20, start - widthOf(low) - 20)), start - widthOf(low) - 14, "right"),
  ];
}
