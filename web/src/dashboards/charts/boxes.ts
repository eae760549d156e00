/** Box plots: the middle half of the samples that match in colour, that of all of them in grey behind. */
import type { CustomSeriesOption } from "echarts";
import { count, number } from "../../theme/format";
import { WIDEST } from "./bars";
import { type At, measured } from "./groups";
import { samplesText } from "./measures";
import type { Drawing, Picture, Tip } from "./picture";
import { extent } from "./scales";
import { axes, brushOf, clausesAt, type Frame, frameOf, keysOf, noteOf } from "./xy";

/** Least, lower quartile, median, upper quartile, greatest. */
type Five = [number, number, number, number, number];

interface Box {
  place: number;
  from: number;
  to: number;
  five: Five;
  color: string;
  opacity: number;
  behind: boolean;
  at: At;
}

const GAP = 0.3;
const NAMES = ["greatest", "upper quartile", "median", "lower quartile", "least"];

export function drawBoxes(drawing: Drawing): Picture {
  const frame = frameOf({ ...drawing, settings: { ...drawing.settings, stacked: false } }, false);
  const cells = frame.cells.map((cell) => boxesIn(frame, cell.columns, cell.rows));
  const { field } = drawing.settings.measures[0];
  return {
    option: {
      ...axes({ ...frame, measure: { ...frame.measure, aggregate: "average", field }, valueName: field ?? "" }, extent(cells.flat().flatMap(({ five }) => five), false)),
      series: cells.map((boxes, cell) => seriesOf(frame, cell, boxes)),
    },
    tip: ({ at }) => (at ? tipOf(frame, at) : null),
    clauses: (datum) => clausesAt(frame, datum),
    brush: brushOf(frame),
    keys: keysOf(frame),
    note: noteOf(frame),
  };
}

function boxesIn(frame: Frame, columns: number | null, rows: number | null): Box[] {
  const { reading, across, colors, part, drawing } = frame;
  const wide = (1 - GAP) / colors.length;
  const behind: Box[] = [];
  const front: Box[] = [];
  across.codes.forEach((x, place) => {
    colors.forEach((color, at) => {
      const codes = reading.at({ x, color, columns, rows });
      const group = reading.group(codes);
      const five = [0, 1, 2, 3, 4].map((measure) => measured(reading.answer, group, measure));
      const from = GAP / 2 + at * wide;
      const shared = { place, from, to: from + wide, at: codes };
      if (part && complete(five.map((one) => one?.all))) behind.push({ ...shared, five: five.map((one) => one?.all) as Five, color: drawing.look.whole, opacity: 1, behind: true });
      const inset = part ? wide * 0.16 : 0;
      if (complete(five.map((one) => one?.matching)))
        front.push({
          ...shared,
          from: from + inset,
          to: from + wide - inset,
          five: five.map((one) => one?.matching) as Five,
          color: frame.colorOf(color),
          opacity: frame.faded(x, color) || frame.fadedCell({ columns, rows }) ? 0.28 : 1,
          behind: false,
        });
    });
  });
  return [...behind, ...front];
}

/** From where, and how far, something of a width stands around a middle. */
function around(middle: number, width: number): [number, number] {
  return [middle - width / 2, width];
}

function complete(five: (number | null | undefined)[]): boolean {
  return five.every((value) => value !== null && value !== undefined);
}

function seriesOf({ across, drawing }: Frame, cell: number, boxes: Box[]): CustomSeriesOption {
  const { edges } = across;
  return {
    type: "custom",
    xAxisIndex: cell,
    yAxisIndex: cell,
    z: 3,
    animation: false,
    data: boxes.map(({ place, five, at }) => ({ value: [edges ? edges[place] : place, five[2]], at })),
    renderItem: (params, api) => {
      const { place, from, to, five, color, opacity, behind } = boxes[params.dataIndex];
      const y = five.map((value) => api.coord([edges ? edges[place] : place, value])[1]);
      const [start, band] = edges
        ? [api.coord([edges[place], 0])[0], api.coord([edges[place + 1], 0])[0] - api.coord([edges[place], 0])[0]]
        : around(api.coord([place, 0])[0], Math.min(WIDEST, (api.size as (value: number[]) => number[])([1, 0])[0]));
      const [left, right] = [start + from * band, start + to * band];
      const middle = (left + right) / 2;
      const whisker = (a: number, b: number) => ({ type: "line" as const, shape: { x1: middle, x2: middle, y1: a, y2: b }, style: { stroke: color, lineWidth: 1.5 } });
      return {
        type: "group",
        children: [
          whisker(y[0], y[1]),
          whisker(y[3], y[4]),
          { type: "rect", shape: { x: left, y: y[3], width: right - left, height: Math.max(1, y[1] - y[3]) }, style: { fill: color, opacity } },
          // The median is cut out of the box.
          { type: "rect", shape: { x: left, y: y[2] - 1, width: right - left, height: 2 }, style: { fill: behind ? drawing.look.faint : drawing.look.surface } },
        ],
      };
    },
  };
}

function tipOf(frame: Frame, at: At): Tip {
  const { reading, drawing } = frame;
  const group = reading.group(at);
  const { field } = drawing.settings.measures[0];
  const values = [4, 3, 2, 1, 0].map((measure) => measured(reading.answer, group, measure));
  const [first] = values;
  const names = frame.across.codes.indexOf(at[0]);
  return {
    title: frame.across.split ? `${frame.across.split.field} ${frame.across.names[names]}` : (field ?? ""),
    lines: values.map((one, place) => ({ name: NAMES[place], value: number(one?.matching), note: frame.part ? `all: ${number(one?.all)}` : undefined })),
    foot: `${field} of ${samplesText(first?.count ?? 0)}${frame.part ? ` of ${count(first?.countAll ?? 0)}` : ""}`,
  };
}
