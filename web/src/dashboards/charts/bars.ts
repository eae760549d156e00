/** Bars over the parts of a split: the samples that match in colour, all of them in grey behind. */
import type { CustomSeriesOption } from "echarts";
import { isAdditive, isUnsure } from "./measures";
import { type At, measured } from "./groups";
import type { Drawing, Picture } from "./picture";
import { extent } from "./scales";
import { axes, brushOf, clausesAt, type Frame, frameOf, keysOf, noteOf, stacks, tipAt } from "./xy";

interface Bar {
  /** Place on the axis of the parts: index of the part, and from where to where in it, 0..1. */
  part: number;
  from: number;
  to: number;
  low: number;
  high: number;
  fill: string;
  opacity: number;
  /** Rests on very few samples: pale, with a broken rim. */
  unsure: boolean;
  at: At;
}

/** Free room between bars, as a share of a part's width. */
const GAP = { bins: 0.06, values: 0.24 };
const FADED = 0.28;
/** How full the colour of a bar is that rests on few samples. */
const UNSURE = 0.22;
/** Bars of few values are no wider than this in all, in CSS pixels. */
export const WIDEST = 96;

export function drawBars(drawing: Drawing): Picture {
  const frame = frameOf(drawing, true);
  const cells = frame.cells.map((cell) => barsIn(frame, cell.columns, cell.rows));
  const { min, max, interval } = extent(cells.flatMap((bars) => bars.flatMap(({ low, high }) => [low, high])), true);
  return {
    option: {
      ...axes(frame, { min, max, interval }),
      series: cells.flatMap((bars, cell) => [hoverBands(frame, cell, min, max), barSeries(frame, cell, bars)]),
    },
    tip: ({ at }) => (at ? tipAt(frame, at) : null),
    clauses: (datum) => clausesAt(frame, datum),
    brush: brushOf(frame),
    keys: keysOf(frame),
    note: noteOf(frame),
  };
}

/** The bars of one cell: those of the whole first, so that they lie behind. */
function barsIn(frame: Frame, columns: number | null, rows: number | null): Bar[] {
  const { reading, across, colors, part, measure, drawing } = frame;
  const stacked = stacks(frame);
  const additive = isAdditive(measure);
  const gap = across.edges ? GAP.bins : GAP.values;
  const wide = stacked ? 1 - gap : (1 - gap) / colors.length;
  const behind: Bar[] = [];
  const front: Bar[] = [];
  across.codes.forEach((x, place) => {
    let [total, whole] = [0, 0];
    colors.forEach((color, at) => {
      const codes = reading.at({ x, color, columns, rows });
      const one = measured(reading.answer, reading.group(codes));
      if (!one) return;
      const from = gap / 2 + (stacked ? 0 : at * wide);
      const bar = { part: place, from, to: from + wide, at: codes };
      // Sums of a part are parts of the sum, and lie in it; other measures stand narrower before the whole's.
      const inset = part && !additive ? wide * 0.18 : 0;
      const value = one.matching ?? 0;
      front.push({
        ...bar,
        from: from + inset,
        to: from + wide - inset,
        low: stacked ? total : 0,
        high: stacked ? total + value : value,
        fill: frame.colorOf(color),
        opacity: frame.faded(x, color) || frame.fadedCell({ columns, rows }) ? FADED : 1,
        unsure: one.matching !== null && isUnsure(measure, one.count),
      });
      total += value;
      if (!part || one.all === null) return;
      behind.push({ ...bar, low: stacked ? whole : 0, high: stacked ? whole + one.all : one.all, fill: drawing.look.whole, opacity: 1, unsure: false });
      whole += one.all;
    });
  });
  return [...behind, ...front];
}

function barSeries(frame: Frame, cell: number, bars: Bar[]): CustomSeriesOption {
  const rectangle = rectangles(frame);
  return {
    type: "custom",
    xAxisIndex: cell,
    yAxisIndex: cell,
    z: 3,
    animation: false,
    data: bars.map((bar) => ({ value: frame.across.flipped ? [bar.high, bar.part] : [bar.part, bar.high], at: bar.at })),
    renderItem: (params, api) => {
      const { fill, opacity, unsure, ...bar } = bars[params.dataIndex];
      const paint = unsure ? { fill, fillOpacity: UNSURE, stroke: fill, lineWidth: 1, lineDash: [3, 2] } : { fill };
      return { type: "rect", shape: rectangle(api, bar), style: { ...paint, opacity }, emphasis: { style: { ...paint, opacity: Math.max(opacity, 0.82) } } };
    },
  };
}

/** Bands over the whole height, so that small bars can be pointed at. */
function hoverBands(frame: Frame, cell: number, min: number, max: number): CustomSeriesOption {
  const rectangle = rectangles(frame);
  const { columns, rows } = frame.cells[cell];
  return {
    type: "custom",
    xAxisIndex: cell,
    yAxisIndex: cell,
    z: 1,
    animation: false,
    data: frame.across.codes.map((x, place) => ({ value: frame.across.flipped ? [max, place] : [place, max], at: frame.reading.at({ x, columns, rows }) })),
    renderItem: (params, api) => ({
      type: "rect",
      shape: rectangle(api, { part: params.dataIndex, from: 0, to: 1, low: min, high: max }, Infinity),
      style: { fill: "transparent" },
      emphasis: { style: { fill: frame.drawing.look.line } },
    }),
  };
}

type Api = Parameters<NonNullable<CustomSeriesOption["renderItem"]>>[1];

/** From a place on the axes to pixels. */
function rectangles({ across }: Frame) {
  const { edges, flipped } = across;
  return (api: Api, { part, from, to, low, high }: Pick<Bar, "part" | "from" | "to" | "low" | "high">, widest = WIDEST) => {
    const coord = (place: number, value: number) => api.coord(flipped ? [value, place] : [place, value]);
    const along = flipped ? 1 : 0;
    let [start, end] = [0, 0];
    if (edges) {
      const [left, right] = [coord(edges[part], low)[along], coord(edges[part + 1], low)[along]];
      [start, end] = [left + (right - left) * from, left + (right - left) * to];
    } else {
      const middle = coord(part, low)[along];
      const band = Math.min(widest, (api.size as (value: number[]) => number[])(flipped ? [0, 1] : [1, 0])[along]);
      [start, end] = [middle + (from - 0.5) * band, middle + (to - 0.5) * band];
    }
    const [foot, head] = [coord(edges ? edges[part] : part, low)[1 - along], coord(edges ? edges[part] : part, high)[1 - along]];
    const thick = Math.max(0.5, end - start);
    const [least, size] = [Math.min(foot, head), Math.abs(head - foot)];
    // What is there is seen, be it ever so little.
    const long = low === high ? 0 : Math.max(1, size);
    return flipped ? { x: least, y: start, width: long, height: thick } : { x: start, y: least - (long - size), width: thick, height: long };
  };
}
